// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayEngine

/// One city: its chain, and the shell of its relay — mailbox, decider, store, clock — around the
/// engine under test. Connector and calls are in their own files.
final class SimulatedCity {
    let chain: SimulatedChain
    let world: World
    unowned let federation: SimulatedFederation
    let account: String
    var configuration: EngineConfiguration
    var store = SimulatedStore()
    private(set) var engine: RelayEngine?
    /// Rises with every start: answers meant for an earlier life are dropped.
    private(set) var life = 0
    private var mailbox: [EngineEvent] = []
    private var isDeciding = false
    private(set) var crashes = 0
    private(set) var turns = 0
    /// Difference of the relay's clock from the truth.
    var skew: Int64 = 0
    var transactions: [[UInt8]: SimulatedTransaction] = [:]
    var replies: [UInt64: ([PeerOutcome], Height) -> Void] = [:]
    var reportReplies: [UInt64: (ReportAnswer) -> Void] = [:]
    var nextToken: UInt64 = 0
    var followed: UInt64 = 0
    var notes: [EngineNote] = []
    var codes: [String: Int] = [:]

    init(
        chain: SimulatedChain, federation: SimulatedFederation, configuration: EngineConfiguration
    ) {
        self.chain = chain
        self.federation = federation
        world = federation.world
        account = configuration.account
        self.configuration = configuration
    }

    var id: String { chain.id }
    var clock: Timestamp { Timestamp(unixNanoseconds: world.now + skew) }
    var faults: Faults { federation.faults }

    // MARK: Life and death

    func start() {
        guard engine == nil else { return }
        life += 1
        mailbox = []
        isDeciding = false
        replies = [:]
        reportReplies = [:]
        followed = 0
        readMembers()
        configuration.seed = world.random.next()
        do {
            engine = RelayEngine(
                configuration: configuration, snapshot: try store.load(), now: clock)
        } catch {
            federation.report("\(id): the store does not load: \(error)")
        }
        post(.tick)
        beat()
        pollChain()
        greetPeers()
    }

    func crash() {
        guard engine != nil else { return }
        engine = nil
        crashes += 1
        let life = life
        world.after(world.between(World.second / 10, 15 * World.second)) { [unowned self] in
            if life == self.life { start() }
        }
    }

    /// Runs the action after a while, unless the process has died meanwhile.
    func later(_ delay: Int64, _ action: @escaping () -> Void) {
        let life = life
        world.after(delay) { [unowned self] in
            guard life == self.life, engine != nil else { return }
            action()
        }
    }

    // MARK: The decider

    func post(_ event: EngineEvent) {
        guard engine != nil else { return }
        mailbox.append(event)
        guard !isDeciding else { return }
        isDeciding = true
        later(world.between(100_000, 20_000_000)) { [unowned self] in
            isDeciding = false
            decide()
        }
    }

    private func beat() {
        later(World.second / 2) { [unowned self] in
            post(.tick)
            beat()
        }
    }

    private func decide() {
        let events = mailbox
        mailbox = []
        guard let effects = engine?.handle(events, now: clock) else { return }
        turns += 1
        if let wake = engine?.nextWake, wake <= clock {
            federation.report("\(id): asks to be woken at once, for ever")
        }
        // Where in this turn the process dies; nil: it lives.
        let dies = faults.isOn && world.chance(faults.crash)
        let deathPlace = dies ? Int(world.between(0, Int64(effects.count))) : nil
        if federation.releasesBeforeCommit {
            for effect in effects { federation.invariants.released(effect, by: self) }
        }
        for (place, effect) in effects.enumerated() {
            if case .journal(let entries) = effect {
                if dies && deathPlace == 0 {
                    store.failure =
                        world.chance(0.5)
                        ? .beforeSync
                        : .torn(records: Int(world.between(0, Int64(entries.count))))
                }
                do { try store.commit(entries) } catch {
                    crash()
                    return
                }
                continue
            }
            if let deathPlace, place >= deathPlace {
                crash()
                return
            }
            federation.invariants.released(effect, by: self)
            perform(effect)
        }
        if dies { crash() }
    }

    private func perform(_ effect: EngineEffect) {
        switch effect {
        case .journal: break
        case .follow(let from): follow(from)
        case .prove(let job, let request): prove(job, request)
        case .readAccount(let job): readAccount(job)
        case .readHostedClient(let client): readHostedClient(client)
        case .submit(let job, let submission): build(job, submission)
        case .broadcast(let hash, _): broadcast(hash)
        case .resolve(let hash, _): resolve(hash)
        case .lookUp(let job, let ids): lookUp(job, ids)
        case .reconcile(let job, let request): reconcile(job, request)
        case .deliver(let job, let delivery): deliver(job, delivery)
        case .acknowledge(let job, let delivery): acknowledge(job, delivery)
        case .ask(let job, let questions): ask(job, questions)
        case .fetchHeaders(let job, let request): fetchHeaders(job, request)
        case .answer(let token, let outcomes, let height):
            replies.removeValue(forKey: token.rawValue)?(outcomes, height)
        case .report(let job, let content): report(job, content)
        case .answerReport(let token, let answer):
            reportReplies.removeValue(forKey: token.rawValue)?(answer)
        case .greet(let chainID): greet(chainID)
        case .adopt: if let engine { configuration = engine.configuration }
        case .ordered: break
        case .note(let note):
            codes[note.code, default: 0] += 1
            if federation.keepsNotes { notes.append(note) }
        }
    }
}
