// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayConnectors

/// `cityrelay member rescue`: a new trust anchor for a chain that relays froze, or that nobody
/// followed for longer than its trusting period. An authority proposes, the others approve.
enum MemberRescueCommand {
    static let height = CommandOption(
        "height", value: "N", "The header to begin anew from; the node's latest but one if none.")
    static let hash = CommandOption(
        "hash", value: "HEX",
        "Its hash, as the chain's operator read it to you; the node's is compared with it.")
    static let chain = CommandOption(
        "chain", value: "ID", "Which of the member's chains; its first where none is given.")

    static let command = Command(
        "member rescue", "Propose a new trust anchor for a lost chain",
        discussion:
            "Takes the header from a node of that chain, checks its signatures by its own\n"
            + "validators, and says whether it follows from the present anchor. Writes a\n"
            + "proposal and this authority's approval. No node vouches for a chain that forked:\n"
            + "call its operator and compare the words before anyone approves.",
        operands: [MemberStatusCommand.member],
        options: [
            MemberOptions.manifest, MemberRehearseCommand.node,
            MemberRehearseCommand.nodeAuthorities, height, hash, chain, MemberOptions.reason,
            MemberOptions.key, MemberOptions.out, ApprovalMemory.supersede,
            MemberKeyring.passphraseFile,
        ]
    ) { arguments, console in
        try MemberAnswer.run(arguments, &console) { console in try run(arguments, &console) }
    }

    private static func run(
        _ arguments: Arguments, _ console: inout Console
    ) throws -> ExitStatus {
        let id = try MemberOptions.id(arguments.operands[0])
        let reason = try MemberOptions.reason(arguments)
        let current = try MemberOptions.current(arguments).sealed
        guard let address = arguments.value(MemberRehearseCommand.node) else {
            throw ArgumentError.missingValue("--node")
        }
        guard var entry = current.manifest.member(id), entry.status != .revoked else {
            throw MemberFault(RequestError.notMember(id))
        }
        let name = arguments.value(chain)
        guard
            let place = entry.chains.firstIndex(where: { name == nil || $0.id.description == name })
        else {
            throw MemberFault(
                "member/no-such-chain", "\(id) has no chain \(name ?? "at all")",
                "`cityrelay member show \(id)` names its chains")
        }
        let number = try arguments.number(height, in: 1...Int.max).map { UInt64($0) }
        let found: Found
        do {
            found = try look(
                entry.chains[place], address, number,
                arguments.value(MemberRehearseCommand.nodeAuthorities), console.now)
        } catch let error as NodeError {
            throw MemberFault(
                "rescue/node", "\(error)", "check --node, or ask the chain's operator for another",
                status: .unavailable)
        }
        if let text = arguments.value(hash), Hex.decode(text) != found.anchor.headerHash.bytes {
            throw MemberFault(
                "rescue/other-header",
                "the node's header \(found.anchor.height) has the hash \(found.anchor.headerHash)",
                "it is not what the operator read to you: ask both again, approve nothing")
        }
        guard entry.chains[place].anchor != found.anchor else {
            throw MemberFault(
                "rescue/same-anchor", "header \(found.anchor.height) is the anchor already",
                "take a later header with --height")
        }
        let chain = entry.chains[place].id
        entry.chains[place].anchor = found.anchor
        let proposal = MembershipProposal(
            after: current, at: console.now, note: "rescue \(chain): \(reason)"
        ) { $0.set(entry) }
        let status = try MemberStatusCommand.propose(
            proposal, after: current, arguments, &console)
        if !arguments.isJSON { tell(chain, found, &console) }
        return status
    }

    private static func tell(_ chain: ChainID, _ found: Found, _ console: inout Console) {
        console.print("")
        console.print(found.sentence)
        for line in MemberOptions.words(
            found.anchor.headerHash, "header \(found.anchor.height) of \(chain)")
        { console.print(line) }
        console.print("")
        console.print(
            "what happens to packets in flight: each relay begins its client anew from this")
        console.print(
            "header at quorum, and asks for every proof again. What the chain has committed goes")
        console.print(
            "on; what it has not is refunded by its deadline. Nothing is sent twice: each chain's")
        console.print("own receipts decide.")
    }

    // MARK: The chain

    private struct Found {
        let anchor: TrustAnchor
        /// Whether it follows from the present anchor, in words.
        let sentence: String
    }

    private static func look(
        _ chain: Chain, _ address: String, _ height: UInt64?, _ authorities: String?,
        _ now: Timestamp
    ) throws -> Found {
        let probe = try ChainProbe(
            address: address, parameters: chain.parameters, authorityFile: authorities)
        defer { probe.stop() }
        let status = try probe.status()
        guard status.node_info.network == chain.id.description else {
            throw MemberFault(
                "rescue/wrong-chain",
                "the node follows \(status.node_info.network), not \(chain.id)",
                "give a node of \(chain.id)")
        }
        // The last header's commit may still grow: the one before is what everybody sees alike.
        let latest = UInt64(clamping: status.sync_info.latest_block_height.value)
        let target = height ?? max(1, latest - min(latest, 1))
        let message = try probe.anchor(at: target)
        var signatures = SignatureVerifier()
        do {
            let hash = try Families.inspect(message, family: chain.family).headerHash
            let header = try Families.verifyAnchor(
                message, family: chain.family, parameters: chain.parameters, hash: hash,
                signatures: &signatures)
            let end = header.timestamp.adding(
                nanoseconds: chain.parameters.trustingPeriodNanoseconds)
            guard end > now else {
                throw MemberFault(
                    "rescue/too-old",
                    "header \(target) is of \(header.timestamp.utcText): it is expired itself",
                    "take a later header with --height; a chain that stopped must run first")
            }
            return Found(
                anchor: TrustAnchor(height: target, headerHash: hash),
                sentence: sentence(probe, chain, to: target, hash, now, &signatures))
        } catch let error as ClientError {
            throw MemberFault(
                "rescue/header", "header \(target) does not verify (\(error.code))",
                "take another header, or another node")
        }
    }

    private static func sentence(
        _ probe: ChainProbe, _ chain: Chain, to target: UInt64, _ hash: Digest, _ now: Timestamp,
        _ signatures: inout SignatureVerifier
    ) -> String {
        guard let old = chain.anchor, old.height < target,
            let first = try? probe.anchor(at: old.height),
            let trusted = try? Families.verifyAnchor(
                first, family: chain.family, parameters: chain.parameters, hash: old.headerHash,
                signatures: &signatures),
            let messages = try? probe.updates(from: old.height, to: target)
        else {
            return "the node does not hold the present anchor, or another header in its place: "
                + "nothing here shows that this is the same chain"
        }
        let snapshot = ClientSnapshot(
            family: chain.family, parameters: chain.parameters, trusted: [trusted.height: trusted])
        do throws(ClientError) {
            let last = try Families.verifyUpdates(
                messages, snapshot: snapshot, now: now, signatures: &signatures
            ).last
            if last?.headerHash == hash {
                return "it follows from the present anchor by the chain's own signatures"
            }
        } catch {
            return "it does not follow from the present anchor today (\(error.code)): nothing here "
                + "shows that this is the same chain"
        }
        return "it does not follow from the present anchor"
    }
}
