// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// `cityrelay verify`: no network, no relay, no store.
enum VerifyCommand {
    private static let file = CommandOperand("BUNDLE", "A bundle: `cityrelay-bundle/1`.")
    private static let roots = CommandOption(
        "roots", value: "MANIFEST",
        "The federation's manifest, or its digest in hex. Without it nothing outside the bundle "
            + "vouches for the keys in it.")

    static let command = Command(
        "verify", "Verify what a city answered, from a bundle alone",
        discussion:
            "Needs no network and no relay. Says what was proven, what was checked and what\n"
            + "has to be believed. Tests/Verifier/verify_bundle.py verifies the same, and\n"
            + "shares no code with this program; FORMATS.md describes every step.\n"
            + "Ends with status 0 when everything in the bundle holds, with 1 when not.",
        operands: [file], options: [roots]
    ) { arguments, console in
        let roots = try arguments.value(roots).map { try EvidenceFiles.roots($0) }
        let bytes = try EvidenceFiles.read(arguments.operands[0], limit: Bundle.maxByteCount)
        do throws(BundleError) {
            let verdict = try BundleVerifier.verify(bytes, roots: roots)
            if arguments.isJSON { console.print(json(verdict)) } else { show(verdict, &console) }
            return .success
        } catch {
            if arguments.isJSON {
                console.print(
                    .object([
                        ("verdict", .string("reject")), ("code", .string(error.code)),
                        ("reason", .string(error.sentence)),
                    ]))
            } else {
                console.print("REFUSED (\(error.code)): \(error.sentence)")
            }
            return .negative
        }
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
