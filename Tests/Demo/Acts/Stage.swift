// SPDX-License-Identifier: Apache-2.0

/// What the acts share: the running world, who sends, and every packet that was sent so far.
final class Stage {
    let world: World
    private(set) var links: Links
    private(set) var senders: [Sender]
    var mix: LetterMix
    /// Every packet of the run: all of them must have ended well when the curtain falls.
    private(set) var packets: [Tracked] = []

    /// Seconds after which a wait gives up: no packet should take a tenth of it.
    static let patience = 180

    init(world: World, links: Links, lettersPerRoute: Int) throws {
        self.world = world
        self.links = links
        mix = LetterMix(count: lettersPerRoute)
        senders = try world.cities.map { city in
            guard let node = world.node(city) else {
                throw World.Failure(description: "\(city.name) has no node")
            }
            return try Sender(city: city, role: "bureau", node: node)
        }
    }

    /// A city that has come in: its clients are there, and it sends letters.
    func welcome(_ city: City) throws {
        links = try Links.wait(for: world, seconds: 90) { say("· \($0)") }
        guard let node = world.node(city) else {
            throw World.Failure(description: "\(city.name) has no node")
        }
        senders.append(try Sender(city: city, role: "bureau", node: node))
    }

    func send(_ letters: [Letter], by sender: Sender, to other: City) throws {
        packets += try sender.track(
            letters, to: other, client: links.client(on: sender.city, of: other))
    }

    /// Waits until this part of all packets has ended.
    func wait(forPart numerator: Int, of denominator: Int) throws {
        try Watch(world: world, patience: Stage.patience)
            .until(packets.count * numerator / denominator, of: packets)
    }

    /// Throws with a sentence unless the condition holds.
    func require(_ condition: Bool, _ sentence: String) throws {
        if !condition { throw World.Failure(description: sentence) }
    }

    /// The closing table. True only if every packet ended as it should and the money adds up.
    func conclude() throws -> Bool {
        let ledger = try Ledger(packets, world: world)
        say("\n\(ledger.table)\n")
        for problem in ledger.problems.prefix(20) { say("WRONG: \(problem)") }
        let money = try Money(world: world)
        say(money.table)
        let isGood = ledger.open == 0 && ledger.wrong == 0 && money.isConserved
        say(
            isGood
                ? "Every packet ended as it should; no fen was lost or doubled."
                : "NOT GOOD: \(ledger.open) open, \(ledger.wrong) ended wrongly, money "
                    + (money.isConserved ? "conserved" : "NOT conserved"))
        return isGood
    }
}
