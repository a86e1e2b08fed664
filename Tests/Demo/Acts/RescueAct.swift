// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayConnectors
import RelayStore

extension Act {
    static let rescue = Act(
        name: "rescue", title: "a quorum gives Nanjing a new anchor; what waited is proven again",
        asserts: "trusted anew by quorum; what waited is proven again",
        needs: ["fork"]
    ) { stage in
        let world = stage.world
        let city = City.nanjing
        let others = world.cities.filter { $0 != city }
        let registry = try world.papers()
        let node = try world.node(city)
        try Fork.end(on: node)
        let anchor = try world.anchor(city, height: try node.height() - 1)
        try registry.completeDraft(city, anchor: anchor)
        let request = try registry.request(city.name)
        let review = try registry.review(request)
        try stage.require(
            review.contains("trust begins anew at height \(anchor.height)"),
            "the review names the new anchor", shown: review)
        try registry.approve(request, by: ["Beijing", "Loudi", Registry.ministry])
        let begun = ContinuousClock.now
        try world.give(to: .beijing)
        try world.wait(90, "every relay's client of Nanjing begins anew") {
            try others.allSatisfy { other in
                let record = try world.journal(other).clients()
                    .first { $0.chainID == city.chainID }
                return record?.isFrozen == false
                    && record?.anchorHeight.height == anchor.height
            }
        }
        say("· every relay trusts Nanjing anew from height \(anchor.height)")
        stage.measured(
            "new anchor approved → trusted by every relay",
            "\(World.milliseconds(since: begun)) ms")
        for other in others { try recoverHosted(on: other, anchor, stage) }
        say("· each chain's governance gave its frozen client the state of a new one")
        try stage.wait(forPart: 1, of: 1)
        let ledger = try Ledger(stage.packets, world: world)
        try stage.require(
            ledger.open == 0 && ledger.wrong == 0,
            "every packet has ended as it should",
            shown: "\(ledger.open) open, \(ledger.wrong) ended wrongly")
        say(
            "· what was in flight was proven again: \(ledger.ended) packets have ended, none is open"
        )
        stage.measured(
            "new anchor approved → every waiting packet has ended",
            "\(World.milliseconds(since: begun)) ms")
        for other in others {
            try Operator(world: world, city: other)
                .ask(["why", "client", city.chainID], until: ["Our client of", "is active"])
        }
    }

    /// The client on a chain is the chain's own: its governance makes a new one from the members'
    /// anchor and recovers the frozen one with it.
    private static func recoverHosted(
        on city: City, _ anchor: TrustAnchor, _ stage: Stage
    ) throws {
        let world = stage.world
        let (node, other) = (try world.node(city), try world.node(.nanjing))
        let frozen = stage.links.client(on: city, of: .nanjing)
        var query = ProtobufWriter()
        query.string(1, frozen)
        let answer = try node.query(
            "/ibc.core.client.v1.Query/ClientState", query.bytes)
        var state = try ICS07.ClientState(reading: try any(in: answer).value)
        try stage.require(!state.frozenHeight.isZero, "\(city.name)'s \(frozen) is frozen")
        state.frozenHeight = .zero
        state.latestHeight = Height(
            revision: state.latestHeight.revision, height: anchor.height)
        let shown = try other.call(
            RPCCall("commit", [("height", "\(anchor.height)")]), as: RPCCommitAnswer.self)
        guard let header = shown.signed_header.header?.value,
            try header.hash() == anchor.headerHash
        else { throw World.Failure(description: "the anchor is not the header that is shown") }
        let governance = try Sender(city: city, role: "operator", node: node)
        let made = try governance.submit([
            MsgCreateClient(
                clientState: ProtobufAny(typeURL: ICS07.clientStateURL, value: state.encoded),
                consensusState: ProtobufAny(
                    typeURL: ICS07.consensusStateURL,
                    value: ICS07.ConsensusState(header).encoded),
                signer: governance.address
            ).wrapped
        ])
        let substitute = made.attribute("client_id", of: "create_client") ?? ""
        let recovered = try governance.submit([
            MsgRecoverClient(
                subjectClientID: WireText(frozen), substituteClientID: WireText(substitute),
                signer: governance.address
            ).wrapped
        ])
        try stage.require(
            recovered.tx_result.code == 0,
            "\(city.name)'s \(frozen) is recovered by \(substitute)",
            shown: recovered.tx_result.log)
    }

    /// The first field of an answer: what it is about.
    private static func any(in answer: [UInt8]) throws -> ProtobufAny {
        var reader = ProtobufReader(answer)
        while let field = try reader.next() {
            if field.number == 1 { return try ProtobufAny(reading: try reader.bytes(field)) }
            try reader.skip(field)
        }
        throw World.Failure(description: "the chain shows no client state")
    }
}

extension RPCTransaction {
    /// An attribute of the first event of a type.
    func attribute(_ key: String, of type: String) -> String? {
        (tx_result.events ?? []).first { $0.type == type }?
            .attributes.first { $0.key == key }?.value
    }
}
