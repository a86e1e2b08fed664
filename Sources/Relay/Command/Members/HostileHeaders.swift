// SPDX-License-Identifier: Apache-2.0

import LightClient

/// A chain's own genuine header, bent in every way that a liar could try. A client that takes one
/// of them is misconfigured.
package enum HostileHeaders {
    package struct Lie {
        package let name: String
        package let message: [UInt8]

        package init(name: String, message: [UInt8]) {
            self.name = name
            self.message = message
        }
    }

    /// The lies made of a client update; those that come out as the update itself, or as another
    /// lie, are left out.
    package static func lies(of message: [UInt8]) -> [Lie] {
        guard let genuine = try? ICS07.Header(reading: message) else { return [] }
        var lies = bends.map { name, bend in
            var header = genuine
            bend(&header)
            return Lie(name: name, message: header.encoded)
        }
        lies.append(Lie(name: "cut short", message: Array(message.dropLast(message.count / 3))))
        lies.append(Lie(name: "empty", message: []))
        var known: Set = [genuine.encoded]
        return lies.filter { known.insert($0.message).inserted }
    }

    private static let bends: [(String, @Sendable (inout ICS07.Header) -> Void)] = [
        ("another state root", { edit(&$0) { flip(&$0.appHash) } }),
        ("other validators announced", { edit(&$0) { flip(&$0.nextValidatorsHash) } }),
        ("another past", { edit(&$0) { flip(&$0.lastCommitHash) } }),
        ("other transactions", { edit(&$0) { flip(&$0.dataHash) } }),
        (
            "a nanosecond later",
            {
                guard let time = $0.signedHeader?.header?.time else { return }
                $0.signedHeader?.header?.time = time.adding(nanoseconds: 1)
            }
        ),
        (
            "a year ahead",
            {
                guard let time = $0.signedHeader?.header?.time else { return }
                $0.signedHeader?.header?.time = time.adding(
                    nanoseconds: 365 * 86_400_000_000_000)
            }
        ),
        ("other results", { edit(&$0) { flip(&$0.lastResultsHash) } }),
        ("other rules of consensus", { edit(&$0) { flip(&$0.consensusHash) } }),
        ("another proposer", { edit(&$0) { flip(&$0.proposerAddress) } }),
        ("another chain", { $0.signedHeader?.header?.chainID = ChainID("elsewhere-1") }),
        (
            "another height",
            {
                guard let height = $0.signedHeader?.header?.height else { return }
                $0.signedHeader?.header?.height = height.addingReportingOverflow(1).partialValue
            }
        ),
        ("votes for another block", { $0.signedHeader?.commit?.blockID.hash.reverse() }),
        ("another round", { $0.signedHeader?.commit?.round += 1 }),
        ("signatures bent", { change(&$0) { flip(&$0.signature) } }),
        ("votes for nothing", { change(&$0) { $0.rawFlag = 3 } }),
        ("votes taken away", { change(&$0) { $0 = .absent } }),
        ("signatures cut", { change(&$0) { $0.signature = Array($0.signature.prefix(63)) } }),
        ("one vote for all", oneForAll),
        ("two thirds exactly", keepTwoThirds),
        ("a validator's power raised", { raise(&$0.validatorSet) }),
        ("a validator left out", { _ = $0.validatorSet?.validators.popLast() }),
        ("a trusted validator's power raised", { raise(&$0.trustedValidators) }),
        ("no trusted validators", { $0.trustedValidators?.validators = [] }),
        ("built on a height nobody trusts", { $0.trustedHeight.height += 1_000_000 }),
        ("no signatures", { $0.signedHeader?.commit?.signatures = [] }),
        ("no commit", { $0.signedHeader?.commit = nil }),
        ("no header", { $0.signedHeader = nil }),
        ("no validators", { $0.validatorSet = nil }),
    ]

    private static func edit(_ header: inout ICS07.Header, _ body: (inout Header) -> Void) {
        guard var inner = header.signedHeader?.header else { return }
        body(&inner)
        header.signedHeader?.header = inner
    }

    private static func flip(_ bytes: inout [UInt8]) {
        guard let first = bytes.first else { return }
        bytes[0] = first ^ 1
    }

    private static func change(_ header: inout ICS07.Header, _ body: (inout CommitSig) -> Void) {
        guard var signatures = header.signedHeader?.commit?.signatures else { return }
        for index in signatures.indices where signatures[index].flag == .commit {
            body(&signatures[index])
        }
        header.signedHeader?.commit?.signatures = signatures
    }

    private static func oneForAll(_ header: inout ICS07.Header) {
        guard
            let first = header.signedHeader?.commit?.signatures.first(where: {
                $0.flag == .commit
            })
        else { return }
        change(&header) { $0 = first }
    }

    /// Takes votes away until no more than two thirds of the power is left.
    private static func keepTwoThirds(_ header: inout ICS07.Header) {
        let powers = (header.validatorSet?.validators ?? []).map { Double($0.votingPower) }
        let total = powers.reduce(0, +)
        var left = total
        guard var signatures = header.signedHeader?.commit?.signatures else { return }
        for index in signatures.indices.reversed() where 3 * left > 2 * total {
            signatures[index] = .absent
            left -= index < powers.count ? powers[index] : 0
        }
        header.signedHeader?.commit?.signatures = signatures
    }

    private static func raise(_ set: inout ValidatorSet?) {
        guard let power = set?.validators.first?.votingPower else { return }
        set?.validators[0].votingPower = power.addingReportingOverflow(1).partialValue
    }
}
