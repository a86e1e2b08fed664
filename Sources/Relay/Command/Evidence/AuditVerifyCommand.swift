// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// `cityrelay audit verify`: on the auditor's own machine, without network and store.
enum AuditVerifyCommand {
    private static let file = CommandOperand("EXPORT", "What `cityrelay audit prove` wrote.")
    private static let roots = CommandOption(
        "roots", value: "MANIFEST", "The federation's manifest: the keys of the log's owner.")
    private static let key = CommandOption(
        "key", value: "KEY", "The owner's evidence key in hex, where there is no manifest.")
    private static let seen = CommandOption(
        "seen", value: "FILE", isRepeatable: true,
        "A head that you saved at an earlier visit: the log must still contain it.")
    private static let save = CommandOption(
        "save", value: "FILE", "Save the head of this visit, when nothing is wrong.")

    static let command = Command(
        "audit verify", "Find what was removed, edited, moved or backdated in a log",
        discussion:
            "Needs no network, no relay and no store. Give --roots or --key: whose log it is.\n"
            + "Ends with status 1 when anything is wrong; every finding is one line.",
        operands: [file], options: [roots, key, seen, save]
    ) { arguments, console in
        let bytes = try EvidenceFiles.read(arguments.operands[0])
        let export: LogExport
        do throws(BundleError) { export = try LogExport(json: bytes) } catch {
            console.report("\(error.code): \(error.sentence)")
            return .negative
        }
        guard let beliefs = try beliefs(arguments, export, &console) else { return .usage }
        do throws(NoteError) {
            let (head, findings) = try export.audit(beliefs, now: console.now)
            report(arguments, export, head, findings, &console)
            guard findings.isEmpty else { return .negative }
        } catch {
            console.print(
                "\(error.code): the owner did not sign the head of this log; get the export again")
            return .negative
        }
        if let path = arguments.value(save) {
            let kept = SeenFile(checkpoint: export.checkpoint, seen: console.now)
            try EvidenceFiles.write(Array(kept.json.pretty.utf8), to: path)
        }
        return .success
    }

    private static func beliefs(
        _ arguments: Arguments, _ export: LogExport, _ console: inout Console
    ) throws -> LogExport.Beliefs? {
        let heads = try arguments.values(seen).map { try SeenFile(reading: $0).head() }
        if let text = arguments.value(key) {
            guard let bytes = Hex.decode(text), let key = try? PublicKey(ed25519: bytes) else {
                throw ArgumentError.badValue(
                    option: "--key", value: text, expected: "an Ed25519 key in 64 hex digits")
            }
            return LogExport.Beliefs(ownerKeys: [key], seen: heads)
        }
        guard let path = arguments.value(roots) else {
            console.report("give --roots MANIFEST or --key KEY: whose log is it?")
            return nil
        }
        let keys = try EvidenceFiles.manifests(path).evidenceKeys
        return LogExport.Beliefs(
            ownerKeys: keys[export.owner] ?? [], requesterKeys: keys, seen: heads)
    }

    private static func report(
        _ arguments: Arguments, _ export: LogExport, _ head: Checkpoint,
        _ findings: [LogFinding], _ console: inout Console
    ) {
        if arguments.isJSON {
            console.print(
                .object([
                    ("owner", .string(export.owner.description)), ("size", .unsigned(head.size)),
                    ("root", .string(head.root.description)),
                    ("first", .unsigned(export.start.size)),
                    ("receipts", .integer(Int64(export.receipts.count))),
                    (
                        "findings",
                        .array(
                            findings.map {
                                .object([
                                    ("code", .string($0.code)), ("sentence", .string($0.sentence)),
                                ])
                            })
                    ),
                ]))
            return
        }
        for finding in findings { console.print("\(finding.code): \(finding.sentence)") }
        console.print(
            "log of \(export.owner): \(export.leaves.count) entries read from "
                + "\(export.start.size) on, head \(head.root) over \(head.size) entries; "
                + (findings.isEmpty ? "nothing is wrong" : "\(findings.count) finding(s)"))
        if findings.isEmpty {
            console.print(
                "checked: every entry's signature, number, predecessors and time"
                    + (arguments.value(key) == nil ? ", and its asker's signature" : "")
                    + "; the signed head; \(arguments.values(seen).count) head(s) that you kept")
        }
    }
}
