// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayStore

/// What an auditor keeps of a visit: the log's head, and when it was seen. `cityrelay-seen/1`.
struct SeenFile {
    static let format = "cityrelay-seen/1"

    let checkpoint: [UInt8]
    let seen: Timestamp

    var json: StrictJSON {
        .object([
            ("format", .string(SeenFile.format)), ("seen", .string(RFC3339.format(seen))),
            ("checkpoint", .string(String(decoding: checkpoint, as: UTF8.self))),
        ])
    }

    init(checkpoint: [UInt8], seen: Timestamp) {
        self.checkpoint = checkpoint
        self.seen = seen
    }

    init(reading path: String) throws {
        let fault = EvidenceFault(
            code: "file/no-head", message: "\(path) holds no head that `audit verify` saved",
            remedy: "give the file that --save wrote at an earlier visit")
        guard let json = try? StrictJSON(reading: try EvidenceFiles.read(path)),
            json["format"]?.string == SeenFile.format, let text = json["checkpoint"]?.string,
            let seen = json["seen"]?.string.flatMap({ RFC3339.parse($0) })
        else { throw fault }
        self.init(checkpoint: Array(text.utf8), seen: seen)
    }

    func head() throws -> SeenHead {
        let text = try Checkpoint(text: try SignedNote(reading: checkpoint).text)
        return SeenHead(size: text.size, root: text.root, seen: seen)
    }
}

enum AuditProveCommand {
    private static let entry = CommandOption(
        "entry", value: "N", "Prove this one entry: a C2SP tlog-proof, for any verifier of logs.")
    private static let since = CommandOption(
        "since", value: "FILE",
        "Export from the head that you saved on; without it the whole log is exported.")
    private static let out = CommandOption(
        "out", value: "FILE", "Where the export is written; it must be given without --entry.")

    static let command = Command(
        "audit prove", "Export entries with what proves them, or prove one entry",
        discussion:
            "The export is verified by `cityrelay audit verify` on another machine, offline.\n"
            + "The proof of one entry is text; its leaf is printed as base64 behind `extra`.",
        options: [entry, since, out] + AuditStore.options
    ) { arguments, console in
        let reader = try AuditStore.open(arguments, console)
        guard let note = try reader.checkpoint() else {
            if let fault = try reader.rollback() {
                console.report("cityrelay: \(fault)")
                return .negative
            }
            console.report("audit/empty: nothing was logged yet; come back later")
            return .negative
        }
        let size = try Checkpoint(text: try SignedNote(reading: note).text).size
        if let number = try arguments.number(entry, in: 0...Int(Int32.max)) {
            let index = UInt64(number)
            guard index < size, let leaf = try reader.leaf(index) else {
                console.report("audit/no-entry: the log has \(size) entries, numbered from 0")
                _ = try AuditStore.status(reader, &console)
                return .negative
            }
            let proof = try reader.inclusionProof(index: index, size: size)
            let text = LogProofText(
                extra: leaf, index: index, path: proof.path, checkpoint: note)
            console.print(String(String(decoding: text.bytes, as: UTF8.self).dropLast()))
            guard let fault = try reader.rollback() else { return .success }
            console.report("cityrelay: \(fault)")
            return .negative
        }
        guard let path = arguments.value(out) else { throw ArgumentError.missingOperand("--out") }
        let first = try arguments.value(since).map { try SeenFile(reading: $0).head().size } ?? 0
        return try export(reader, note, from: first, size: size, to: path, arguments, &console)
    }

    private static func export(
        _ reader: AccessLogReader, _ note: [UInt8], from first: UInt64, size: UInt64,
        to path: String, _ arguments: Arguments, _ console: inout Console
    ) throws -> ExitStatus {
        guard first <= size else {
            console.report(
                "audit/shrunk: the log has \(size) entries, and had \(first) when you saved its "
                    + "head: entries were removed")
            return .negative
        }
        guard size - first <= UInt64(LogExport.maxLeaves) else {
            console.report(
                "audit/too-many: \(size - first) entries; one export holds "
                    + "\(LogExport.maxLeaves): audit more often, or a copy of the log itself")
            return .negative
        }
        var leaves: [[UInt8]] = []
        try reader.leaves(from: first, below: size) { leaves.append($0) }
        let export = LogExport(
            owner: try reader.owner(), checkpoint: note, start: try reader.frontier(size: first),
            leaves: leaves, receipts: try reader.receipts(from: first, below: size))
        try EvidenceFiles.write(Array(export.json.pretty.utf8), to: path)
        if arguments.isJSON {
            console.print(
                .object([
                    ("file", .string(path)), ("first", .unsigned(first)),
                    ("size", .unsigned(size)),
                ]))
        } else {
            console.print(
                first == size
                    ? "\(path): no entry is newer than the head that you kept"
                    : "\(path): \(size - first) entries, \(first) to \(size - 1)")
        }
        return try AuditStore.status(reader, &console)
    }
}
