// SPDX-License-Identifier: Apache-2.0

import Federation
import FoundationEssentials
import LightClient
import RelayAPI
import RelayEngine
import RelayStore
import TestSupport

/// Cities that ask each other about records while messages are lost and doubled and relays die.
/// Policy, desk and access log are the real ones, the log on a real disk; only the record office
/// and the chain behind an answer are played.
///
/// `@unchecked Sendable`, because a simulation runs on one thread.
final class SimulatedDisclosures: @unchecked Sendable {
    /// What an asker got: the entry it was shown, and the log's head that was signed with it.
    struct Answer {
        let provider: Int
        let ticket: Digest
        let leafHash: Digest
        let head: Checkpoint
        let at: Timestamp
        let isRelease: Bool
    }

    /// A relay on the answering side; without a desk while it is down.
    private final class Office {
        let path: String
        let policy: DisclosurePolicy
        var desk: AccessDesk?
        var life = 0

        init(path: String, policy: DisclosurePolicy) {
            self.path = path
            self.policy = policy
        }
    }

    let world: World
    /// Answers leave before their commit: for a test that must fail.
    var answersBeforeCommit = false
    /// A restart finds the log as it was a while ago: for a test that must fail.
    var restoresOldLog = false
    private(set) var asked: [Digest: DisclosureRequest] = [:]
    private(set) var answers: [Answer] = []
    private(set) var replays = 0
    private(set) var crashes = 0
    private let folder: String
    private var offices: [Office] = []
    private var isCalm = false
    private var serial: UInt64 = 0

    static let cities = 3

    init(seed: UInt64) throws {
        world = World(seed: seed)
        folder =
            FileManager.default.temporaryDirectory
            .appending(path: "cityrelay-simulated-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        for place in 0..<Self.cities {
            let office = Office(
                path: "\(folder)/\(place).db", policy: try SimulatedPolicy.policy(of: place))
            offices.append(office)
            try start(place)
        }
    }

    deinit {
        world.forget()
        try? FileManager.default.removeItem(atPath: folder)
    }

    func run(seconds: Int64 = 120) throws -> String? {
        for place in offices.indices {
            every(World.second) { [unowned self] in isCalm ? () : ask(place) }
            every(20 * World.second) { [unowned self] in isCalm ? () : crash(place) }
        }
        advance(seconds)
        isCalm = true
        advance(30)
        world.forget()
        for office in offices { office.desk = nil }
        return try verdict()
    }

    private func advance(_ seconds: Int64) {
        let end = world.now + seconds * World.second
        while world.now < end && world.step() {}
    }

    private func every(_ interval: Int64, _ action: @escaping () -> Void) {
        world.after(world.between(interval / 4, 2 * interval)) { [unowned self] in
            action()
            every(interval, action)
        }
    }

    // MARK: Lives

    private func start(_ place: Int) throws {
        let store = try AccessLogStore(
            path: offices[place].path, owner: try SampleFederation.id(at: place),
            key: try SampleFederation.evidence(at: place))
        offices[place].desk = AccessDesk(store)
        offices[place].life += 1
    }

    /// The process ends between two turns; what was promised and not written is forgotten.
    private func crash(_ place: Int) {
        guard offices[place].desk != nil else { return }
        crashes += 1
        offices[place].desk = nil
        offices[place].life += 1
        if restoresOldLog { restore(place) }
        world.after(world.between(World.second, 5 * World.second)) { [unowned self] in
            try? start(place)
        }
    }

    /// Puts back the copy of the last restart with its head, and makes the next one.
    private func restore(_ place: Int) {
        let files = FileManager.default
        let (path, copy) = (offices[place].path, "\(offices[place].path).old")
        for suffix in ["", "-wal", "-shm", ".head"] {
            let kept = "\(copy)\(suffix)"
            if crashes % 2 == 0, files.fileExists(atPath: copy) {
                try? files.removeItem(atPath: path + suffix)
                try? files.copyItem(atPath: kept, toPath: path + suffix)
            } else {
                try? files.removeItem(atPath: kept)
                try? files.copyItem(atPath: path + suffix, toPath: kept)
            }
        }
    }

    // MARK: Asking

    private func ask(_ place: Int) {
        var provider = Int(world.between(0, Int64(Self.cities - 2)))
        if provider >= place { provider += 1 }
        serial += 1
        guard
            let request = try? SimulatedPolicy.request(
                from: place, to: provider, serial: serial, at: world.time, &world.random)
        else { return }
        asked[request.ticket] = request
        let copies = world.chance(0.3) ? 3 : world.chance(0.1) ? 0 : 1
        for _ in 0..<copies {
            world.after(world.between(0, 3 * World.second)) { [unowned self] in
                receive(request, from: place, at: provider)
            }
        }
    }

    private func receive(_ request: DisclosureRequest, from asker: Int, at place: Int) {
        guard let question = request.question else { return }
        commit(at: place) { [unowned self] desk in
            guard
                let verdict = try? desk.judge(
                    question, ticket: request.ticket, by: offices[place].policy)
            else { return nil }
            switch verdict {
            case .replayed:
                replays += 1
                return nil
            case .refuse(let refusal):
                guard let code = try? AccessCode(refusal.code.rawValue) else { return nil }
                return turn(request, nil, .refused(code), at: place) { [.append($0)] }
            case .release(let permission, let day):
                lookUp(request, permission, day, at: place)
                return nil
            }
        }
    }

    /// Record office and chain take their time; the relay may die meanwhile.
    private func lookUp(
        _ request: DisclosureRequest, _ permission: DisclosurePermission, _ day: PolicyDay,
        at place: Int
    ) {
        let life = offices[place].life
        world.after(world.between(World.second / 10, 4 * World.second)) { [unowned self] in
            guard offices[place].life == life else { return }
            let proof = SHA256.hash(request.ticket.bytes)
            let height = Height(revision: 1, height: 7)
            commit(at: place) { [unowned self] desk in
                turn(
                    request, permission, .released(proof: proof, height: height), at: place
                ) { desk.released($0, of: permission.grant.id, on: day) }
            }
        }
    }

    private func commit(at place: Int, _ job: @escaping AccessLedger.Work) {
        offices[place].desk?.commit([job], at: world.time)
    }

    private func turn(
        _ request: DisclosureRequest, _ permission: DisclosurePermission?,
        _ outcome: AccessRecord.Outcome, at place: Int,
        _ changes: (AccessRecord) -> [AccessChange]
    ) -> LedgerTurn? {
        guard
            let record = AccessRecord(
                request, signature: [UInt8](repeating: 7, count: EvidenceSignature.byteCount),
                permission: permission, index: nil, outcome: outcome)
        else { return nil }
        let life = offices[place].life
        let isRelease = outcome.refusal == nil
        if answersBeforeCommit, isRelease {
            note(request, place, leafHash: request.ticket, head: nil, isRelease)
            return nil
        }
        return LedgerTurn(changes(record)) { [unowned self] result in
            // The answer may be lost on the way; then the asker knows nothing.
            guard offices[place].life == life, !world.chance(0.1),
                case .success(let logged) = result, let entry = logged.first
            else { return }
            note(
                request, place, leafHash: entry.leafHash,
                head: SignedHead.read(entry.checkpoint), isRelease)
        }
    }

    private func note(
        _ request: DisclosureRequest, _ place: Int, leafHash: Digest, head: Checkpoint?,
        _ isRelease: Bool
    ) {
        let empty = Checkpoint(origin: "", size: 0, root: leafHash)
        answers.append(
            Answer(
                provider: place, ticket: request.ticket, leafHash: leafHash, head: head ?? empty,
                at: world.time, isRelease: isRelease))
    }

    // MARK: The end

    /// The first breach, or nil.
    private func verdict() throws -> String? {
        for place in offices.indices {
            let log = try SimulatedAudit(path: offices[place].path, place: place)
            let mine = answers.filter { $0.provider == place }
            if let breach = log.breach(answers: mine, asked: asked, now: world.time) {
                return "city \(place): \(breach)"
            }
        }
        return nil
    }
}

/// A checkpoint as its note says it; whether it is signed, the audit judges.
private enum SignedHead {
    static func read(_ note: [UInt8]) -> Checkpoint? {
        (try? SignedNote(reading: note)).flatMap { try? Checkpoint(text: $0.text) }
    }
}
