// SPDX-License-Identifier: Apache-2.0

import LightClient

extension ManifestError {
    /// Stable name of the case, for logs, commands and answers to peers.
    public var code: String {
        switch self {
        case .wire: "manifest/unreadable"
        case .unknownFormat: "manifest/unknown-format"
        case .division: "manifest/division-code"
        case .institution: "manifest/institution-code"
        case .endpoint: "manifest/endpoint"
        case .unknownFamily: "manifest/unknown-family"
        case .notCanonical, .notCanonicalManifest, .membersOutOfOrder: "manifest/not-canonical"
        case .wrongAnchor: "manifest/wrong-anchor"
        case .otherFederation: "manifest/other-federation"
        case .overtaken: "proposal/overtaken"
        case .gap: "manifest/gap"
        case .beforeAnchor: "manifest/before-anchor"
        case .previousMismatch: "manifest/previous-mismatch"
        case .unsound: "manifest/unsound"
        case .equivocation: "manifest/equivocation"
        case .noEquivocation: "manifest/no-equivocation"
        case .unknownSigner: "manifest/unknown-signer"
        case .wrongRole: "manifest/wrong-key-role"
        case .signerWithoutVote: "manifest/signer-without-vote"
        case .signerSuspended: "manifest/signer-suspended"
        case .signerRevoked: "manifest/signer-revoked"
        case .keySignedTwice: "manifest/key-signed-twice"
        case .memberSignedTwice: "manifest/member-signed-twice"
        case .unsupportedKey: "manifest/key-type"
        case .badSignature: "manifest/bad-signature"
        case .notEnoughSignatures: "manifest/not-enough-signatures"
        case .tooManySignatures: "manifest/too-many-signatures"
        case .approvalOfOther: "manifest/approval-of-other"
        case .changeWithoutRequest: "manifest/change-without-request"
        case .request(let error, _): error.code
        }
    }

    /// One sentence of fact, for people.
    public var problem: String {
        switch self {
        case .wire(let error): "the bytes are no manifest: \(error)"
        case .unknownFormat(let format): "manifest format \(format) is not known here"
        case .division(let error): "a division code is not in form: \(error)"
        case .institution(let error): "an institution code is not in form: \(error)"
        case .endpoint(let id, let text): "\(id): \"\(text)\" is no host:port"
        case .unknownFamily(let id, let family):
            "\(id): chains of the family \"\(family)\" are not known here"
        case .notCanonical(let id): "the entry of \(id) is not in its one encoding"
        case .notCanonicalManifest: "the manifest is not in its one encoding"
        case .membersOutOfOrder(let id): "\(id) stands twice or out of order"
        case .wrongAnchor(let got, let expected):
            "this version's digest is \(got), not \(expected) as agreed"
        case .otherFederation(let got, let expected):
            "this manifest is of the federation \"\(got)\", not \"\(expected)\""
        case .overtaken(let version, let present):
            "the proposal was to become version \(version), and version \(present) holds already"
        case .gap(let expected, let got):
            "version \(got) came where version \(expected) is next"
        case .beforeAnchor(let got, let anchor):
            "version \(got) is older than version \(anchor), the first that is known here"
        case .previousMismatch(let version, let got, let expected):
            "version \(version) builds on \(got), not on \(expected) that is known here"
        case .unsound(let findings):
            "\(findings.count) error(s), the first: "
                + (findings.first.map { "\($0.path): \($0.fault.problem)" } ?? "none")
        default: signatureProblem
        }
    }

    private var signatureProblem: String {
        switch self {
        case .equivocation(let evidence):
            "a quorum signed two versions of one number: \(evidence.first.digest) and "
                + "\(evidence.second.digest)"
        case .noEquivocation: "the two statements are not two versions of one number"
        case .unknownSigner(let key): "no member has the authority key \(key)"
        case .wrongRole(let id, let role):
            "the key is the \(role.rawValue) key of \(id); "
                + (role == .relay
                    ? "it can restart a node, and sign nothing"
                    : "it does not sign manifests")
        case .signerWithoutVote(let id): "\(id) has no vote"
        case .signerSuspended(let id): "\(id) is suspended: its signature does not count"
        case .signerRevoked(let id): "\(id) is revoked: its signature does not count"
        case .keySignedTwice(let id, let key): "the key \(key) of \(id) signed twice"
        case .memberSignedTwice(let id): "\(id) signed with two keys: a member has one vote"
        case .unsupportedKey(let id, let type):
            "\(id) signed with a key of type \(type), which is not verified here"
        case .badSignature(let id): "the signature of \(id) does not hold"
        case .notEnoughSignatures(let got, let needed, let voters):
            "\(got) of \(needed) needed signatures (\(voters) members vote)"
        case .tooManySignatures(let count, let limit): "\(count) signatures, more than \(limit)"
        case .approvalOfOther(let got, let expected):
            "the approval is of \(got), not of \(expected)"
        case .changeWithoutRequest(let id):
            "the entry of \(id) changes and no signed request of its own asks for it"
        case .request(let error, let id):
            error.problem.contains(id.description)
                ? error.problem : "\(error.problem) (asked by \(id))"
        default: code
        }
    }

    /// What to do about it.
    public var remedy: String {
        switch self {
        case .wire, .notCanonical, .notCanonicalManifest, .membersOutOfOrder:
            "ask the sender for the file again, as its command wrote it"
        case .unknownFormat, .unknownFamily, .unsupportedKey: "update this software first"
        case .division, .institution, .endpoint: "correct the entry and sign the request again"
        case .wrongAnchor:
            "compare the words of the digest with another member by telephone; trust neither file"
                + " before they agree"
        case .otherFederation: "use the files of one federation"
        case .overtaken:
            "make it again with `cityrelay member renew`: nothing is typed anew, and approvals "
                + "begin anew"
        case .gap: "fetch the versions between: `cityrelay member list` shows the one held here"
        case .beforeAnchor: "nothing: what is held here is newer"
        case .previousMismatch:
            "compare the digests of the version before with another member by telephone"
        case .unsound: "correct what is named and gather the approvals again"
        case .equivocation:
            "keep the evidence, and call the members that signed both versions"
        case .noEquivocation: "drop it, and ask its sender for the reason"
        case .unknownSigner, .wrongRole:
            "sign with an authority key of an active member of the version before"
        case .signerWithoutVote, .signerSuspended, .signerRevoked:
            "gather the approval of another member"
        case .keySignedTwice, .memberSignedTwice, .tooManySignatures:
            "keep one approval of each member"
        case .badSignature: "ask that member to approve again; the file may be damaged"
        case .notEnoughSignatures: "gather more approvals: each voting member, once"
        case .approvalOfOther:
            "approve the same request or proposal, made from the same present manifest"
        case .changeWithoutRequest: "have that member make a request, and approve that"
        case .request(let error, _): error.remedy
        }
    }
}

extension ManifestError: CustomStringConvertible {
    /// Code, fact and way out, as commands print it.
    public var description: String { "\(code): \(problem). Next: \(remedy)." }
}
