// SPDX-License-Identifier: Apache-2.0

package import CityChain
package import Federation
package import LightClient
import TestSupport

/// One embedded chain that makes a block whenever a test says so, and what its bureau sends.
package final class LaboratoryCity: Sendable {
    package let code: String
    package let chainID: String
    package let member: MemberID
    package let node: RunningNode
    /// The first header's hash: what the members agreed on.
    package let anchor: TrustAnchor

    package struct Trouble: Error, CustomStringConvertible {
        package let description: String

        package init(_ description: String) { self.description = description }
    }

    /// - Parameters:
    ///   - office: whether a record office stands beside the node.
    ///   - powers: of its validators; nil: unequal ones.
    package init(code: String, name: String, office: Bool = false, powers: [Int64]? = nil) throws {
        self.code = code
        chainID = "\(name)-\(code)-1"
        member = MemberID(
            division: try DivisionCode(code), institution: try InstitutionCode("\(code)000000000"))
        var configuration = NodeConfiguration(chainID: chainID, code: code)
        configuration.blockMilliseconds = 0
        configuration.people = 50
        configuration.isLab = true
        if let powers { configuration.powers = powers }
        if office { configuration.office = NodeConfiguration.Listening() }
        node = try RunningNode(configuration)
        for _ in 0..<3 { _ = node.perform { $0.tick() } }
        let hash = node.perform { node -> Digest? in
            guard let header = node.chain.lightBlock(at: 1)?.signedHeader?.header else {
                return nil
            }
            return try? header.hash()
        }
        guard let hash = hash ?? nil else { throw Trouble("no first header") }
        anchor = TrustAnchor(height: 1, headerHash: hash)
    }

    package var address: String { "http://127.0.0.1:\(node.port)" }

    package func makeBlocks(_ count: Int = 1) {
        for _ in 0..<count { _ = node.perform { $0.tick() } }
    }

    /// How some of its validators vote from now on.
    package func behave(_ behaviour: ValidatorBehaviour, of names: [String]) {
        for name in names {
            _ = node.perform { try? $0.chain.setBehaviour(behaviour, of: name) }
        }
    }

    package func stop() { node.stop() }

    /// The time of its newest block, seconds since 1970.
    package var time: UInt64 {
        (node.perform { $0.chain.latest?.block.header.time.unixSeconds } ?? nil) ?? 0
    }

    /// Forgets every block below a height, as a pruning node does.
    package func prune(below height: UInt64) {
        _ = node.perform { try? $0.chain.prune(below: height) }
    }

    package var height: UInt64 { node.perform { $0.chain.latestHeight } ?? 0 }

    package func account(_ role: String) throws -> AccountKey {
        AccountKey(
            try DeterministicKeys.account(role: role, code: code), prefix: AccountAddress.prefix)
    }

    // MARK: Sending

    /// Sends letters in one transaction and block; the packets, in order.
    package func send(
        _ letters: [Payload], client: String, timeoutSeconds: UInt64
    ) throws -> [Packet] {
        let key = try account("bureau")
        let signed = SignedTransaction(
            sending: letters, client: client, timeoutSeconds: timeoutSeconds, by: key,
            of: try baseAccount(key), chainID: chainID)
        let answer = node.perform { node -> Result<[Packet], Trouble> in
            guard let (_, check) = try? node.chain.submit(signed.bytes), check.code == 0 else {
                return .failure(Trouble("CheckTx refused the letters"))
            }
            node.tick()
            guard let found = node.chain.transaction(hash: signed.hash), found.result.code == 0
            else { return .failure(Trouble("the letters are in no block")) }
            let packets = found.result.events.compactMap { event -> Packet? in
                guard event.type == "send_packet",
                    let text = event.attributes.first(where: { $0.key == "encoded_packet_hex" })
                else { return nil }
                return Hex.decode(text.value).flatMap { try? Packet(reading: $0) }
            }
            return .success(packets)
        }
        guard let answer else { throw Trouble("\(chainID) has stopped") }
        return try answer.get()
    }

    private func baseAccount(_ key: AccountKey) throws -> BaseAccount {
        var request = ProtobufWriter()
        request.bytes(1, key.address.bytes)
        let bytes = request.bytes
        let answer = node.perform {
            $0.chain.query(
                ApplicationQuery(path: "/cosmos.auth.v1beta1.Query/Account", data: bytes)
            ).value ?? []
        }
        var reader = ProtobufReader(answer ?? [])
        while let field = try reader.next() {
            guard field.number == 1 else {
                try reader.skip(field)
                continue
            }
            let any = try ProtobufAny(reading: try reader.bytes(field))
            return try BaseAccount(reading: any.value)
        }
        throw Trouble("no account of the bureau")
    }

    /// A provident-fund letter: 1.00 yuan of one account.
    package func letter(_ number: Int, reply: String? = nil) -> Payload {
        let steer = reply.map { ",\"rig_reply\":\"\($0)\"" } ?? ""
        let account = SyntheticPeople.accountReference(division: code, index: number % 50)
        let text =
            "{\"TxCode\":\"BDC901\",\"TxFunc\":\"0\",\"ConNum\":\"\(code)-\(number)\","
            + "\"account\":\"\(account)\",\"TranAmt\":\"1.00\"\(steer)}"
        return Payload(
            sourcePort: "providentfund", destinationPort: "providentfund", version: "cityrelay-1",
            encoding: "application/json", value: Array(text.utf8))
    }

    /// One sum of the provident fund's ledger, in fen.
    package func total(_ total: ProvidentFund.Total) -> UInt64 {
        let path = "/store/providentfund/key"
        let value = node.perform {
            $0.chain.query(ApplicationQuery(path: path, data: ProvidentFund.totalKey(total))).value
        }
        return UInt64(String(decoding: (value ?? []) ?? [], as: UTF8.self)) ?? 0
    }

    // MARK: What its relay shows to others

    /// The header at a height as a client update on a trusted one; `change` forges it.
    package func header(
        at height: UInt64, trusted: UInt64, signers: Set<String>? = nil,
        forged change: (@Sendable (inout Header) -> Void)? = nil
    ) throws -> [UInt8] {
        let bytes = node.perform { node -> [UInt8]? in
            let chain = node.chain
            let genuine = chain.lightBlock(at: height)
            let block =
                change == nil && signers == nil
                ? genuine : try? chain.forge(at: height, signers: signers) { change?(&$0) }
            guard let block, let signed = block.signedHeader, let set = block.validators,
                let trustedSet = chain.validators(at: trusted + 1)
            else { return nil }
            return ICS07.Header(
                signedHeader: signed, validatorSet: set,
                trustedHeight: Height(revision: 1, height: trusted),
                trustedValidators: trustedSet.validatorSet
            ).encoded
        }
        guard let bytes = bytes ?? nil else { throw Trouble("no header at \(height)") }
        return bytes
    }

    /// Proof of a key of store `ibc` that the header of `height` commits to.
    package func proof(_ key: [UInt8], under height: UInt64) throws -> [UInt8] {
        let answer = node.perform {
            $0.chain.query(
                ApplicationQuery(
                    path: "/store/ibc/key", data: key, height: height - 1, wantsProof: true))
        }
        guard let proof = answer?.proof else { throw Trouble("no proof under \(height)") }
        return MerkleProof(try proof.map { try CommitmentProof(reading: $0.data) }).encoded
    }
}
