// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// What several member commands take.
enum MemberOptions {
    static let folder = CommandOperand(
        "DIR", isRequired: false, "The folder that `member init` filled; `member` where none.")
    static let files = CommandOption(
        "file", short: "f", value: "FILE", isRepeatable: true,
        "A request, or a proposal, as it came.")
    static let manifest = CommandOption(
        "manifest", short: "m", value: "FILE", "The present signed manifest.")
    static let found = CommandOption(
        "found", value: "NAME",
        "Found a federation of this name with the requests given, instead of --manifest.")
    static let quorum = CommandOption(
        "quorum", value: "N",
        "With --found: signatures that the next version needs; all members' where none is given.")
    static let key = CommandOption(
        "key", short: "k", value: "FILE",
        "The authority's key; `member/authority.key` where none is given.")
    static let reason = CommandOption("reason", value: "TEXT", "Why; shown to every member.")
    static let out = CommandOption("out", short: "o", value: "FILE", "Where the answer goes.")
    static let with = CommandOption(
        "with", value: "FILE", isRepeatable: true, "Another member's approval.")
    static let next = CommandOption(
        "next", value: "FILE",
        "Where the next signed manifest goes at quorum; `manifest-N.txt` where none is given.")

    /// Of every command that proposes a change and approves it at once.
    static let proposing = [
        manifest, reason, key, out, ApprovalMemory.supersede, MemberKeyring.passphraseFile,
    ]

    static func current(_ arguments: Arguments) throws -> SignedManifest {
        guard let path = arguments.value(manifest) else {
            throw ArgumentError.missingValue("--manifest")
        }
        return try MemberFiles.manifest(path)
    }

    static func reason(_ arguments: Arguments) throws -> String {
        guard let text = arguments.value(reason), !PlainText.isBlank(text) else {
            throw MemberFault(
                "member/no-reason", "no reason is given", "say why with --reason: members read it")
        }
        guard PlainText.isLine(text) else {
            throw MemberFault(ManifestFault.textForm("the reason"))
        }
        guard text.utf8.count <= ManifestLimits.reasonBytes else {
            throw MemberFault(
                "member/too-long", "the reason has \(text.utf8.count) bytes",
                "say it in \(ManifestLimits.reasonBytes)")
        }
        return text
    }

    static func id(_ text: String) throws -> MemberID {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 else {
            throw MemberFault(
                "member/id", "\"\(text)\" names no member",
                "write division and institution: 330100/330100000000000")
        }
        return try id(division: parts[0], institution: parts[1])
    }

    static func id(division: String, institution: String) throws -> MemberID {
        let code: DivisionCode
        do throws(DivisionCodeError) {
            code = try DivisionCode(division)
        } catch {
            throw MemberFault("member/division-code", error.problem, error.remedy)
        }
        do throws(InstitutionCodeError) {
            return MemberID(division: code, institution: try InstitutionCode(institution))
        } catch {
            throw MemberFault("member/institution-code", error.problem, error.remedy)
        }
    }

    /// What the files ask for, as the one next version that every authority makes of them.
    static func proposal(
        _ arguments: Arguments, _ files: ConfigurationFiles
    ) throws -> (
        proposal: MembershipProposal, current: SealedManifest?
    ) {
        if let start = arguments.value(MemberRelay.open) {
            return try MemberRelay.proposal(start, arguments, files)
        }
        let name = arguments.value(found)
        let current = name == nil ? try self.current(arguments).sealed : nil
        var requests: [RegistrationRequest] = []
        for path in arguments.values(MemberOptions.files) {
            let block = try MemberFiles.block(path, [.request, .proposal])
            if block.kind == .proposal {
                guard arguments.values(MemberOptions.files).count == 1, let current else {
                    throw MemberFault(
                        "member/one-proposal", "a proposal stands by itself",
                        "give it alone, with --manifest")
                }
                return (try MembershipProposal(reading: block.bytes, like: current), current)
            }
            requests.append(try RegistrationRequest(reading: block.bytes))
        }
        guard !requests.isEmpty else { throw ArgumentError.missingValue("--file") }
        if let current { return (MembershipProposal(requests, after: current), current) }
        let count = try arguments.number(quorum, in: 1...ManifestLimits.members)
        let rule: QuorumRule.Rule = count.map { .atLeast(UInt32($0)) } ?? .all
        return (
            MembershipProposal(founding: name ?? "", requests, quorum: QuorumRule(rule)), nil
        )
    }

    /// A digest as its words, with what they are for.
    static func words(_ digest: Digest, _ what: String) -> [String] {
        ["\(what), to be read over the telephone:"]
            + FingerprintWords(digest).rows.map { "    \($0)" }
    }
}
