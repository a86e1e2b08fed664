// SPDX-License-Identifier: Apache-2.0

/// What the acts share: the running world, who sends, every packet that was sent so far, and the
/// figures that are measured on the way.
final class Stage {
    let world: World
    private(set) var links: Links
    private var senders: [City: Sender] = [:]
    var mix: ParcelMix
    /// Every packet of the run: all of them must have ended well when the curtain falls.
    private(set) var packets: [Tracked] = []
    private var figures: [(what: String, value: String)] = []

    /// Seconds after which a wait gives up: no packet should take a tenth of it.
    private static let patience = 180

    init(world: World, links: Links, lettersPerRoute: Int) throws {
        self.world = world
        self.links = links
        mix = ParcelMix(count: lettersPerRoute)
        for city in world.cities { try addSender(of: city) }
    }

    private func addSender(of city: City) throws {
        senders[city] = try Sender(city: city, role: "bureau", node: world.node(city))
    }

    /// A city that has come in: its clients are there, and it sends letters.
    func welcome(_ city: City) throws {
        links = try Links.wait(for: world, seconds: 90) { say("· \($0)") }
        try addSender(of: city)
    }

    // MARK: Packets

    func send(_ parcels: [Parcel], from city: City, to other: City) throws {
        guard let sender = senders[city] else {
            throw World.Failure(description: "nobody sends letters in \(city.name)")
        }
        packets += try sender.track(
            parcels, to: other, client: links.client(on: city, of: other))
    }

    /// Letters that are accepted.
    func send(_ count: Int, from city: City, to other: City) throws {
        try send(mix.plain(from: city, to: other, count: count), from: city, to: other)
    }

    /// Letters and licences of every kind.
    func sendMix(from city: City, to other: City) throws {
        try send(mix.next(from: city, to: other), from: city, to: other)
    }

    /// Waits until this part of all packets has ended.
    func wait(
        forPart numerator: Int, of denominator: Int, file: String = #fileID, line: Int = #line
    ) throws {
        let wanted = packets.count * numerator / denominator
        let watch = Watch(world: world, patience: Stage.patience)
        guard try watch.until(wanted, of: packets) else {
            let open = try Ledger(packets, world: world).openPackets
            throw World.Failure(
                description: "\(Stage.patience) s went by and \(open.count) packets have not "
                    + "ended: \(open.prefix(5).joined(separator: ", "))", file: file, line: line)
        }
    }

    // MARK: Assertions and figures

    /// Throws unless the condition holds: the sentence says what should have been, `shown` what was
    /// there instead.
    func require(
        _ condition: Bool, _ sentence: String, shown: @autoclosure () -> String = "",
        file: String = #fileID, line: Int = #line
    ) throws {
        guard !condition else { return }
        let shown = shown()
        throw World.Failure(
            description: "not so: \(sentence)" + (shown.isEmpty ? "" : "; there was:\n\(shown)"),
            file: file, line: line)
    }

    /// A figure for the closing table.
    func measured(_ what: String, _ value: String) {
        say("· \(what): \(value)")
        figures.append((what, value))
    }

    // MARK: The curtain

    var figureTable: String {
        figures.map { what, value in
            "  \(what)\(String(repeating: " ", count: max(2, 60 - what.count)))\(value)"
        }.joined(separator: "\n")
    }

    /// The closing tables of packets and money. True only if every packet ended as it should and
    /// the money adds up.
    func conclude() throws -> Bool {
        let ledger = try Ledger(packets, world: world)
        if !packets.isEmpty { say("\n\(ledger.table)") }
        say("")
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
