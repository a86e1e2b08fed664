// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayEngine

/// A whole federation under one seed: first with faults, then without, and then all must have
/// ended.
final class SimulatedFederation {
    let world: World
    let seed: UInt64
    var faults = Faults()
    private(set) var cities: [SimulatedCity] = []
    private(set) var invariants: Invariants!
    private var cuts: Set<String> = []
    private(set) var total = 0
    private(set) var sent = 0
    /// Verifiers believe everything: for a test that must fail.
    var isCredulous = false
    var keepsNotes = false
    /// A relay that hands out the second history of its chain, which its validators signed too.
    var forker: String?
    /// Members that see the second history, and from which height; none named: now this, now that.
    var forkedTo: Set<String> = []
    var forkHeight: UInt64 = 0
    /// Relays that accuse chains of what they did not do.
    var liars: Set<String> = []
    /// A shell that sends before it remembers: for a test that must fail.
    var releasesBeforeCommit = false
    var sendsMoney = true
    /// Set where the members change during the run.
    var members: SimulatedMembers?

    /// Simulated seconds with faults, and the longest that it may take to end everything
    /// afterwards.
    var stormSeconds: Int64 = 240
    var calmSeconds: Int64 = 1_200

    init(
        seed: UInt64, cities count: Int? = nil,
        adapt: (inout EngineConfiguration) -> Void = { _ in }
    ) {
        self.seed = seed
        world = World(seed: seed)
        invariants = Invariants(self)
        let size = count ?? Int(world.between(2, 5))
        let chains = (0..<size).map { place in
            SimulatedChain(id: "city-\(place)", world: world) { [unowned self] in faults }
        }
        for chain in chains {
            for user in 0..<4 { chain.state.balances["user-\(user)"] = 1_000_000 }
            total += 4_000_000
            for other in chains where other !== chain { chain.others[other.id] = other }
        }
        for chain in chains {
            let routes = chains.filter { $0 !== chain }.map { other in
                RouteConfiguration(
                    chainID: other.id, family: "simulated",
                    anchorHeight: Height(revision: 1, height: 1),
                    trustingPeriodNanoseconds: chain.trustingPeriod)
            }
            var configuration = EngineConfiguration(
                chainID: chain.id, account: "relay-\(chain.id)", routes: routes, topologyVersion: 1,
                topologyDigest: [1, 2, 3], seed: world.random.next())
            configuration.timing.reconcileInterval = 30 * World.second
            adapt(&configuration)
            cities.append(
                SimulatedCity(chain: chain, federation: self, configuration: configuration))
        }
        for city in cities {
            city.store.observer = { [unowned self, unowned city] entry, _ in
                invariants.recorded(entry, in: city)
            }
        }
    }

    /// Plans and answers hold cities, which hold the world: taken apart, or every seed would stay.
    deinit {
        world.forget()
        for city in cities {
            city.replies = [:]
            city.reportReplies = [:]
            city.chain.others = [:]
        }
    }

    func city(_ id: String) -> SimulatedCity? { cities.first { $0.id == id } }

    func report(_ text: String) { invariants.fail(text) }

    func isCut(_ left: String, _ right: String) -> Bool {
        cuts.contains(left < right ? "\(left)|\(right)" : "\(right)|\(left)")
    }

    /// Cuts a city off from these others until they are joined again.
    func cut(_ city: String, from others: [String]) {
        for other in others { cuts.insert(city < other ? "\(city)|\(other)" : "\(other)|\(city)") }
    }

    func joinAll() { cuts = [] }

    // MARK: Running

    /// Runs everything; returns the first breach, or nil.
    func run() -> String? {
        for city in cities {
            city.chain.run()
            if faults.isOn { city.skew = world.between(-faults.skew, faults.skew) }
            world.after(world.between(0, 3 * World.second)) { [unowned self] in
                if members?.has(city.id) ?? true { city.start() }
            }
        }
        begin()
        advance(seconds: stormSeconds)
        calm()
        var waited: Int64 = 0
        while waited < calmSeconds && invariants.breach == nil {
            advance(seconds: 20)
            waited += 20
            if isQuiet { break }
        }
        if invariants.breach == nil {
            invariants.money()
            invariants.allEnded()
        }
        return invariants.breach
    }

    /// Users, trouble and audit set to work.
    func begin() {
        trade()
        trouble()
        audit()
    }

    func showsFork(_ city: SimulatedCity, to reader: String, at height: UInt64) -> Bool {
        guard forker == city.id else { return false }
        if forkedTo.isEmpty { return world.chance(0.3) }
        return forkedTo.contains(reader) && height >= forkHeight
    }

    func advance(seconds: Int64) { advance(milliseconds: seconds * 1_000) }

    func advance(milliseconds: Int64) {
        let end = world.now + milliseconds * 1_000_000
        while world.now < end && invariants.breach == nil && world.step() {}
    }

    func calm() {
        faults.isOn = false
        cuts = []
        sendsMoney = false
        for city in cities { city.skew = 0 }
    }

    var isQuiet: Bool {
        cities.allSatisfy { city in
            city.chain.state.sent.allSatisfy { city.chain.state.endings[$0.key] != nil }
                && city.store.packets.values.allSatisfy { $0.state.isTerminal }
        }
    }

    private func audit() {
        world.after(2 * World.second) { [unowned self] in
            invariants.money()
            audit()
        }
    }

    /// Users send money, all of it small, to everybody.
    private func trade() {
        world.after(world.between(100_000_000, 1_500_000_000)) { [unowned self] in
            trade()
            guard sendsMoney else { return }
            let from = cities[Int(world.between(0, Int64(cities.count - 1)))]
            let to = cities[Int(world.between(0, Int64(cities.count - 1)))]
            guard from !== to else { return }
            let ports = SimulatedPacket.ports
            for _ in 0..<world.between(1, 6) {
                let port = ports[Int(world.between(0, Int64(ports.count - 1)))]
                let timeout = world.chance(0.2) ? world.between(5, 30) : world.between(60, 400)
                if from.chain.send(
                    to: to.id, port: port, amount: Int(world.between(1, 500)),
                    timeoutAfter: UInt64(timeout)) != nil
                {
                    sent += 1
                }
            }
        }
    }

    /// Cuts and heals the network.
    private func trouble() {
        world.after(World.second) { [unowned self] in
            trouble()
            meddle()
            slander()
            guard faults.isOn, world.chance(faults.partition), cities.count > 1 else { return }
            let left = cities[Int(world.between(0, Int64(cities.count - 1)))].id
            let right = cities[Int(world.between(0, Int64(cities.count - 1)))].id
            guard left != right else { return }
            let cut = left < right ? "\(left)|\(right)" : "\(right)|\(left)"
            cuts.insert(cut)
            world.after(world.between(5, 60) * World.second) { [unowned self] in cuts.remove(cut) }
        }
    }

    /// Somebody else's relayer updates a client to a height of its own choice.
    private func meddle() {
        guard faults.isOn, world.chance(faults.otherRelayer), cities.count > 1 else { return }
        let here = cities[Int(world.between(0, Int64(cities.count - 1)))].chain
        let there = cities[Int(world.between(0, Int64(cities.count - 1)))].chain
        guard here !== there else { return }
        let height = Int64(there.height) - world.between(0, 6)
        here.updateByAnotherRelayer(of: there.id, to: UInt64(max(2, height)))
    }

    private func slander() {
        guard faults.isOn, !liars.isEmpty else { return }
        for liar in cities where liars.contains(liar.id) {
            let peer = cities[Int(world.between(0, Int64(cities.count - 1)))]
            let third = cities[Int(world.between(0, Int64(cities.count - 1)))]
            guard peer !== liar, third !== peer, third !== liar else { continue }
            liar.lie(about: third.id, to: peer)
        }
    }

    /// One line for people.
    var summary: String {
        var ends: [PacketState: Int] = [:]
        for city in cities {
            for record in city.store.packets.values where record.id.direction == .outgoing {
                ends[record.state, default: 0] += 1
            }
        }
        let crashes = cities.reduce(0) { $0 + $1.crashes }
        return "seed \(seed): \(cities.count) cities, \(sent) sent, "
            + "\(ends[.acknowledged] ?? 0) acknowledged, \(ends[.refused] ?? 0) refused, "
            + "\(ends[.timedOut] ?? 0) timed out, \(crashes) crashes, \(world.steps) steps, "
            + "\(invariants.checks) checks, \(Int(world.elapsed)) simulated s"
    }
}
