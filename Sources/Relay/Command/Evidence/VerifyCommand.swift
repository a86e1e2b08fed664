// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// `cityrelay verify`: no network, no relay, no store.
enum VerifyCommand {
    private static let file = CommandOperand("BUNDLE", "A bundle: `cityrelay-bundle/1`.")
    private static let roots = CommandOption(
        "roots", value: "MANIFEST",
        "The federation's manifest, or its digest in hex. A file may hold several versions: a "
            + "bundle of an earlier one is judged by the keys and anchors of that version.")
    private static let maxAge = CommandOption(
        "max-age", value: "DURATION",
        "Refuse a bundle whose newest block was older than this: 10m, 2h, 7d.")
    private static let moment = CommandOption(
        "at", value: "TIME",
        "The moment at which --max-age counts, such as 2026-07-01T00:00:00Z; now.")

    static let command = Command(
        "verify", "Verify what a city answered, from a bundle alone",
        discussion:
            "Needs no network and no relay. Says what was proven, what was checked and what\n"
            + "has to be believed. Tests/Verifier/verify_bundle.py verifies the same, and\n"
            + "shares no code with this program; FORMATS.md describes every step.\n"
            + "Ends with status 0 when everything holds under the manifest that you gave,\n"
            + "with 1 when not, and with 5 when it holds together but you gave no --roots:\n"
            + "then nothing outside the bundle vouches for the keys in it.",
        operands: [file], options: [roots, maxAge, moment]
    ) { arguments, console in
        let limit = try limit(arguments, console.now)
        let roots = try arguments.value(roots).map { try EvidenceFiles.roots($0) }
        let bytes = try EvidenceFiles.read(arguments.operands[0], limit: Bundle.maxByteCount)
        do throws(BundleError) {
            let verdict = try BundleVerifier.verify(bytes, roots: roots)
            let stale = limit.map { verdict.stale(at: $0.moment, maxAge: $0.maxAge) } ?? []
            if let limit, let part = stale.first {
                refuse(
                    "bundle/stale", staleness(part, at: limit.moment), arguments, &console)
                return .negative
            }
            if arguments.isJSON { console.print(json(verdict)) } else { show(verdict, &console) }
            return verdict.isAnchored ? .success : .unanchored
        } catch {
            refuse(error.code, error.sentence, arguments, &console)
            return .negative
        }
    }

    private static func refuse(
        _ code: String, _ reason: String, _ arguments: Arguments, _ console: inout Console
    ) {
        guard arguments.isJSON else { return console.print("REFUSED (\(code)): \(reason)") }
        console.print(
            .object([
                ("verdict", .string("reject")), ("code", .string(code)),
                ("reason", .string(reason)),
            ]))
    }

    private static func limit(
        _ arguments: Arguments, _ now: Timestamp
    ) throws(ArgumentError) -> (maxAge: Int64, moment: Timestamp)? {
        guard let text = arguments.value(maxAge) else {
            guard arguments.value(moment) == nil else { throw .missingOperand("--max-age") }
            return nil
        }
        let scalar = YAMLScalar(text: text, isPlain: true, mark: .start)
        guard let age = try? ScalarParser.duration(scalar) else {
            throw .badValue(
                option: "--max-age", value: text, expected: "a duration such as 10m, 2h or 7d")
        }
        guard let at = arguments.value(moment) else { return (age, now) }
        guard let time = RFC3339.parse(at) else {
            throw .badValue(
                option: "--at", value: at, expected: "a time such as 2026-07-01T00:00:00Z")
        }
        return (age, time)
    }

    private static func staleness(_ part: PartVerdict, at moment: Timestamp) -> String {
        let time = part.headerTime ?? moment
        return "\(part.provider): everything holds, but the block that says so is of "
            + "\(RFC3339.format(time)), \(moment.nanoseconds(since: time) / 1_000_000_000) s before "
            + "\(RFC3339.format(moment)): ask the city again"
    }

    private static func show(_ verdict: BundleVerdict, _ console: inout Console) {
        for part in verdict.parts {
            for line in part.sentences { console.print(line) }
        }
        console.print("checked:")
        for line in verdict.checked { console.print("  \(line)") }
        console.print("believed:")
        for line in verdict.trusted { console.print("  \(line)") }
    }

    private static func json(_ verdict: BundleVerdict) -> JSONText {
        .object([
            ("verdict", .string("accept")), ("anchored", .bool(verdict.isAnchored)),
            ("manifest", .string(verdict.manifest.description)),
            ("parts", .array(verdict.parts.map { json($0) })),
            ("checked", .array(verdict.checked.map { .string($0) })),
            ("believed", .array(verdict.trusted.map { .string($0) })),
        ])
    }

    private static func json(_ part: PartVerdict) -> JSONText {
        var status: String?
        if case .present(let state, _) = part.finding { status = state.status }
        return .object([
            ("provider", .string(part.provider.description)), ("answer", .string(part.word)),
            ("kind", .string(part.request.kind)),
            ("purpose", .string(part.request.purpose)),
            ("case", .string(part.request.caseNumber)), ("status", .optional(status)),
            ("height", .optional(part.height?.description)),
            ("header_time", .optional(part.headerTime.map { RFC3339.format($0) })),
            ("log_index", part.logIndex.map { .unsigned($0) } ?? .null),
            ("logged_at", .optional(part.loggedAt.map { RFC3339.format($0) })),
            ("words", .array(part.sentences.map { .string($0) })),
        ])
    }
}
