// SPDX-License-Identifier: Apache-2.0

import LightClient

/// Judges a bundle from its bytes and what the verifier believes already. Pure: asks nobody, reads
/// no clock. The trusting period is applied as the light client of that day applied it: every
/// header counts as received in the moment that it names, so a bundle verifies as well years later.
///
/// Source: FORMATS.md "How a bundle is verified", whose steps stand here in the same order.
public struct BundleVerifier {
    private var signatures = SignatureVerifier()
    private var checked: [String] = []

    private init() {}

    /// - Parameter bytes: a bundle in its text form or in the compact one.
    /// - Parameter roots: what the verifier holds; nil: nothing, then the verdict is not anchored.
    public static func verify(
        _ bytes: [UInt8], roots: TrustRoots?
    ) throws(BundleError) -> BundleVerdict {
        try verify(try Bundle(reading: bytes), roots: roots)
    }

    public static func verify(
        _ bundle: Bundle, roots: TrustRoots?
    ) throws(BundleError) -> BundleVerdict {
        var verifier = BundleVerifier()
        return try verifier.verdict(bundle, roots)
    }

    private mutating func verdict(
        _ bundle: Bundle, _ roots: TrustRoots?
    ) throws(BundleError) -> BundleVerdict {
        let members = try BundleMembers(bundle, roots)
        checked.append(members.basis)
        var chains: [MemberID: VerifiedChain] = [:]
        for chain in bundle.chains {
            let isNeeded = bundle.parts.contains { part in
                if case .disclosed = part.answer { part.provider == chain.member } else { false }
            }
            guard isNeeded, chains[chain.member] == nil else {
                throw .surplusChain(chain.chainID)
            }
            chains[chain.member] = try follow(chain, members)
        }
        var parts: [PartVerdict] = []
        for (index, part) in bundle.parts.enumerated() {
            do throws(PartError) {
                parts.append(try judge(part, members, chains[part.provider]))
            } catch {
                switch error {
                case .bundle(let error): throw error
                case .fault(let fault): throw .part(index, fault)
                }
            }
        }
        return BundleVerdict(
            isAnchored: roots != nil, manifest: bundle.manifest, parts: parts,
            checked: checked.map { PlainText.line($0) },
            trusted: BundleVerifier.beliefs(bundle, roots, members, chains))
    }

    /// The headers of one chain, from the anchor on.
    private mutating func follow(
        _ chain: BundleChain, _ members: BundleMembers
    ) throws(BundleError) -> VerifiedChain {
        let member = try members.active(chain.member)
        guard let known = member.chains.first(where: { $0.id == chain.chainID }),
            let anchor = known.anchor
        else { throw .unknownChain(chain.chainID) }
        var headers: [Height: TrustedHeader] = [:]
        do throws(ClientError) {
            let first = try Families.anchor(
                bareHeader: chain.anchor, family: known.family, parameters: known.parameters,
                hash: anchor.headerHash)
            guard first.height.height == anchor.height else {
                throw .noTrustedState(first.height)
            }
            headers[first.height] = first
            for message in chain.headers {
                guard Families.isCanonical(message: message, family: known.family) else {
                    throw .wire(.malformed("header"))
                }
                let header = try next(message, known, headers)
                guard headers.updateValue(header, forKey: header.height) == nil else {
                    throw .headerHeight(header.height, trusted: header.height)
                }
            }
        } catch { throw .chain(chain.chainID, error) }
        checked.append(
            "\(chain.chainID): \(chain.headers.count) signed header(s) lead from the anchor at "
                + "height \(anchor.height) to height \(headers.keys.max() ?? .zero), each signed by "
                + "more than two thirds of its own validators and enough of those known before")
        return VerifiedChain(chain: known, headers: headers)
    }

    /// One update, judged in the moment that its header names.
    private mutating func next(
        _ message: [UInt8], _ chain: Chain, _ headers: [Height: TrustedHeader]
    ) throws(ClientError) -> TrustedHeader {
        let summary = try Families.inspect(message, family: chain.family)
        guard let base = headers[summary.trustedHeight] else {
            throw .noTrustedState(summary.trustedHeight)
        }
        let snapshot = ClientSnapshot(
            family: chain.family, parameters: chain.parameters, trusted: [base.height: base])
        let verified = try Families.verifyUpdates(
            [message], snapshot: snapshot, now: summary.timestamp.adding(nanoseconds: 1),
            signatures: &signatures)
        return verified[0]
    }

    private static func beliefs(
        _ bundle: Bundle, _ roots: TrustRoots?, _ members: BundleMembers,
        _ chains: [MemberID: VerifiedChain]
    ) -> [String] {
        var beliefs: [String] = []
        if let roots {
            let name = roots.name.isEmpty ? "" : " (\(roots.name))"
            beliefs.append("manifest \(roots.manifest)\(name), which you gave")
        } else {
            beliefs.append(
                "NOTHING OUTSIDE THE BUNDLE vouches for manifest \(bundle.manifest): compare this "
                    + "digest with your federation's, or give --roots")
        }
        for (id, chain) in chains.sorted(by: { $0.key < $1.key }) {
            beliefs.append(
                "that fewer than a third of the validators of \(chain.chain.id) (\(id)) lied, or "
                    + "have lost their keys since")
        }
        if !chains.isEmpty {
            beliefs.append(
                "each source's word that the index it proved is that of the record asked for: "
                    + "it signed so in its log, and the index is blind to everybody else")
        }
        return beliefs
    }
}

/// A chain's headers that were verified.
struct VerifiedChain {
    let chain: Chain
    let headers: [Height: TrustedHeader]
}

/// What ends the judgement of a part.
enum PartError: Error {
    case bundle(BundleError)
    case fault(PartFault)
}

extension BundleVerifier {
    private mutating func judge(
        _ part: BundlePart, _ members: BundleMembers, _ chain: VerifiedChain?
    ) throws(PartError) -> PartVerdict {
        var judge = PartJudge(part: part, signatures: signatures)
        defer { signatures = judge.signatures }
        let verdict = try judge.verdict(members, chain)
        checked += judge.checked
        return verdict
    }
}
