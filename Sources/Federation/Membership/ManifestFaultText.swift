// SPDX-License-Identifier: Apache-2.0

import LightClient

extension ManifestFault {
    /// Stable name of the case.
    public var code: String {
        switch self {
        case .emptyFederation: "member/no-federation"
        case .zeroVersion, .previousMissing, .previousOfFirst: "member/version"
        case .tooFewMembers: "member/too-few-members"
        case .tooMany: "member/too-many"
        case .tooLong: "member/too-long"
        case .textForm: "member/text-form"
        case .expiryOrder, .lifetime, .issuedBeforePrevious: "member/times"
        case .noVoter, .quorumNotMajority, .quorumUnreachable: "member/quorum"
        case .councilUnknown, .councilTwice: "member/council"
        case .duplicateChain: "member/chain-id-taken"
        case .duplicateEndpoint: "member/endpoint-taken"
        case .duplicateKeyPin: "member/key-pin-taken"
        case .duplicateKey: "member/key-taken"
        case .keyInTwoRoles: "member/key-in-two-roles"
        case .noName: "member/no-name"
        case .noOwner: "member/no-owner"
        case .noOperator: "member/no-operator"
        case .organisationCode: "member/organisation-code"
        case .noAuthorityKey: "member/no-authority-key"
        case .noEvidenceKey: "member/no-evidence-key"
        case .keyLength: "member/key-length"
        case .keyUnsupported: "member/key-type"
        case .noChain: "member/no-chain"
        case .reasonMissing, .reasonOfActive: "member/reason"
        case .topology(_, .anchorMissing), .topology(_, .anchorHeightZero),
            .topology(_, .anchorHashZero):
            "member/anchor"
        case .topology(_, .noEndpoint): "member/no-endpoint"
        case .topology(_, .noKeyPin): "member/no-key-pin"
        case .topology(nil, _): "member/route"
        case .topology: "member/chain"
        case .parentUnknown, .parentIsItself, .parentNotAbove, .vouchersTooDeep: "member/parent"
        case .vanished: "member/vanished"
        case .revokedKeyReturns, .revokedPinReturns, .revokedKeyForgotten: "member/revoked-key"
        }
    }

    /// One sentence of fact, for people.
    public var problem: String {
        switch self {
        case .emptyFederation: "the federation has no name"
        case .zeroVersion: "version 0 is no version"
        case .previousMissing: "the digest of the version before is missing"
        case .previousOfFirst: "the founding version builds on another"
        case .tooFewMembers(let count): "\(count) member(s): a federation has at least two"
        case .tooMany(let what, let count, let limit): "\(count) \(what), more than \(limit)"
        case .tooLong(let what, let bytes, let limit):
            "\(what) has \(bytes) bytes, more than \(limit)"
        case .textForm(let what):
            "\(what) holds characters that hide, move or end other text, or that belong elsewhere"
        case .expiryOrder: "issue, soft expiry and hard expiry are not in this order"
        case .lifetime(let seconds, let limit):
            "a life of \(seconds / 86_400) days is longer than \(limit / 86_400)"
        case .issuedBeforePrevious: "it was issued before the version that it builds on"
        case .noVoter: "no member votes: nothing could ever be changed"
        case .quorumNotMajority(let needed, let voters):
            "\(needed) of \(voters) voters is not more than half: two halves could sign two versions"
        case .quorumUnreachable(let needed, let voters):
            "\(needed) signatures are needed and \(voters) member(s) vote"
        case .councilUnknown(let id): "\(id) is on the council and no member"
        case .councilTwice(let id): "\(id) is on the council twice"
        case .duplicateChain(let chain, let one, let other):
            "the chain id \(chain) is taken: \(one) has it, and \(other) claims it"
        case .duplicateEndpoint(let endpoint, let one, let other):
            "the address \(endpoint) is taken: \(one) has it, and \(other) claims it"
        case .duplicateKeyPin(let pin, let one, let other):
            "the relay key sha256:\(pin) is pinned for \(one) already, and \(other) claims it"
        case .duplicateKey(let key, let one, let other):
            "the key \(key) stands for \(one) and for \(other)"
        case .keyInTwoRoles(let id, let one, let other):
            "\(id) uses one key as \(one.rawValue) key and as \(other.rawValue) key"
        default: memberProblem
        }
    }

    private var memberProblem: String {
        switch self {
        case .noName(let id): "\(id) has no name"
        case .noOwner(let id): "\(id) names no owner"
        case .noOperator(let id): "\(id) names no operator"
        case .organisationCode(let id, let error): "\(id): an organisation's code: \(error)"
        case .noAuthorityKey(let id): "\(id) has no authority key"
        case .noEvidenceKey(let id): "\(id) has no evidence key"
        case .keyLength(let id, let type, let count):
            "\(id): a key of type \(type) with \(count) bytes"
        case .keyUnsupported(let id, let type):
            "\(id): keys of type \(type) are carried and not verified here"
        case .noChain(let id): "\(id) has a relay or an evidence key, and no chain"
        case .reasonMissing(let id): "\(id) is out without a reason"
        case .reasonOfActive(let id): "\(id) is active and carries a reason to be out"
        case .topology(let id, let fault):
            (id.map { "\($0): " } ?? "") + fault.problem
        case .parentUnknown(let id, let parent): "\(parent), which vouches for \(id), is no member"
        case .parentIsItself(let id): "\(id) vouches for itself"
        case .parentNotAbove(let id, let parent):
            "\(parent) vouches for \(id), which does not lie in its division"
        case .vouchersTooDeep(let id): "those who vouch for \(id) form a circle or a long chain"
        case .vanished(let id): "the entry of \(id) is gone and was never revoked"
        case .revokedKeyReturns(let id, let key):
            "\(id) names the key \(key), which was revoked with its member"
        case .revokedPinReturns(let id, let pin):
            "\(id) names the relay key sha256:\(pin), which was revoked with its member"
        case .revokedKeyForgotten(let mark):
            "the revoked key sha256:\(mark) is no longer marked as revoked"
        default: code
        }
    }

    /// What to do about it.
    public var remedy: String {
        switch self {
        case .emptyFederation: "give the name that the members agreed on"
        case .zeroVersion, .previousMissing, .previousOfFirst:
            "make the version with `cityrelay member approve`, which fills both in"
        case .tooFewMembers: "add the other member's request"
        case .tooMany: "split the federation, or drop what is not needed"
        case .tooLong: "shorten it"
        case .textForm:
            "write one line of plain letters; the short name and the chain's id in ASCII"
        case .expiryOrder, .lifetime: "use a soft expiry of one year and a hard one of two"
        case .issuedBeforePrevious: "check this machine's clock"
        case .noVoter, .quorumNotMajority, .quorumUnreachable:
            "name a number above half of the voters and not above all of them"
        case .councilUnknown, .councilTwice: "correct the council"
        case .duplicateChain:
            "use the id in the chain's genesis; when it is taken, the chain needs another"
        case .duplicateEndpoint: "give every relay an address of its own"
        case .duplicateKeyPin, .duplicateKey:
            "make keys of your own: `cityrelay member init`; keys are never shared"
        case .keyInTwoRoles: "use a key for one thing: `cityrelay member init` makes all three"
        case .noName: "give the short name in Latin letters"
        case .noOwner, .noOperator: "name both, be they the same body"
        case .organisationCode: "use 9, 15 or 18 characters with the right check character"
        case .noAuthorityKey, .noEvidenceKey: "make the keys: `cityrelay member init`"
        case .keyLength: "an ed25519 key has 32 bytes, an sm2 point 65"
        case .keyUnsupported: "keep an ed25519 key beside it until all members can verify it"
        case .noChain:
            "give the chain's id, parameters and trust anchor; a member that only supervises has "
                + "neither endpoints nor evidence key: `member init --supervising`"
        case .reasonMissing: "say why: it is shown to every member"
        case .reasonOfActive: "take the reason away"
        case .topology(_, let fault): fault.remedy
        case .parentUnknown, .parentIsItself, .parentNotAbove, .vouchersTooDeep:
            "name the city's member in whose division this one lies, or none"
        case .vanished: "revoke it first, with a reason; the entry may go in the next version"
        case .revokedKeyReturns, .revokedPinReturns:
            "make new keys in a new folder: `cityrelay member init`"
        case .revokedKeyForgotten:
            "make the version with `cityrelay member approve`, which keeps every mark"
        }
    }
}

extension ManifestFinding: CustomStringConvertible {
    /// Code, place, fact and way out, as commands print it.
    public var description: String {
        "\(fault.code): \(path): \(fault.problem). Next: \(fault.remedy)."
    }
}
