// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// `cityrelay member review --report FILE`: whether a rehearsal's report is what the candidate's
/// evidence key signed. Shows the signed text, not the one beside it in the file.
enum MemberReportReview {
    static let option = CommandOption(
        "report", value: "FILE",
        "A rehearsal's signed report: by the evidence key that --file or --manifest names?")

    static func run(
        _ path: String, _ arguments: Arguments, _ console: inout Console
    ) throws -> ExitStatus {
        let bytes = try MemberFiles.block(path, [.report]).bytes
        let report: SignedReport
        do throws(WireError) {
            report = try SignedReport(reading: bytes)
        } catch {
            throw MemberFault(ManifestError.wire(error))
        }
        var verifier = SignatureVerifier()
        guard report.isValid(&verifier) else {
            throw MemberFault(
                "report/bad-signature", "the signature in \(path) does not hold",
                "ask the candidate for the file as `member rehearse` wrote it")
        }
        let signer = try signer(report.key, arguments)
        if !String(decoding: try MemberFiles.read(path), as: UTF8.self).hasPrefix(report.text) {
            console.report("the text in \(path) is not the one that was signed; this one was:")
        }
        if arguments.isJSON {
            console.print(
                .object([
                    ("member", .string(signer.id.description)),
                    ("key", .string(report.key.description)), ("text", .string(report.text)),
                ]))
            return .success
        }
        for line in report.text.split(separator: "\n", omittingEmptySubsequences: false) {
            console.print(Screen.safe(String(line)))
        }
        console.print("signed by the evidence key of \(signer.title)")
        return .success
    }

    /// The one entry whose evidence key it is: of a request that is given, else of the manifest.
    private static func signer(
        _ key: MemberKey, _ arguments: Arguments
    ) throws -> ManifestMember {
        var entries: [ManifestMember] = []
        for path in arguments.values(MemberOptions.files) {
            let bytes = try MemberFiles.block(path, [.request]).bytes
            entries.append(try RegistrationRequest(reading: bytes).entry)
        }
        if entries.isEmpty { entries = try MemberOptions.current(arguments).manifest.members }
        guard let found = entries.first(where: { $0.evidenceKeys.contains(key) }) else {
            throw MemberFault(
                "report/other-key",
                "\(key) is no evidence key of \(entries.count) entries looked at",
                "give the candidate's request with --file; was it this candidate's report?")
        }
        return found
    }
}
