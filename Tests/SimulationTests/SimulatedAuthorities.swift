// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayEngine
import TestSupport

/// Authorities that sign a federation's manifest, some of which lie, and relays that hear of
/// versions late, twice and in the wrong order. Keys, bytes and verification are the real ones.
final class SimulatedAuthorities {
    /// One member: its authority, which may lie, and its relay, which is honest.
    struct Voter {
        let id: MemberID
        let key: SigningKey
        /// The version of each number that this authority signed, while it is honest.
        var promised: [UInt64: Digest] = [:]
        var chain: ManifestChain
        var held: [UInt64: SignedManifest] = [:]
    }

    /// Which lies are told.
    enum Lies {
        /// Versions that no quorum signed, in all shapes.
        case forgeries
        /// Besides, two versions of one number, each asked of another part of the authorities.
        case twoFaces
    }

    let world: World
    let needed: Int
    let liars: Set<Int>
    let lies: Lies
    private(set) var voters: [Voter] = []
    /// Honest authorities that sign anything: for a test that must fail.
    var forgetsPromises = false
    private(set) var breach: String?
    private(set) var refusals = 0
    /// Who really signed what: the simulation's own knowledge, not the relays'.
    private(set) var signers: [Digest: Set<Int>] = [:]
    private var verifier = SignatureVerifier()
    private var isCalm = false
    private var serial = 0
    /// What the honest chair asks for, until it is agreed on.
    private var proposal: SealedManifest?

    init(seed: UInt64, voters count: Int, liars liarCount: Int, lies: Lies) throws {
        world = World(seed: seed)
        needed = count / 2 + 1 + (count > 4 ? 1 : 0)
        self.lies = lies
        liars = Set((0..<count).shuffled(using: &world.random).prefix(liarCount))
        let founding = SealedManifest(
            try SampleFederation.manifest(
                count, quorum: QuorumRule(.atLeast(UInt32(needed))),
                from: Timestamp(unixNanoseconds: World.start)))
        let first = SignedManifest(founding, signatures: [])
        for place in 0..<count {
            voters.append(
                Voter(
                    id: try SampleFederation.id(at: place),
                    key: try SampleFederation.authority(at: place),
                    chain: try ManifestChain(anchor: ManifestAnchor(founding), first),
                    held: [1: first]))
        }
    }

    /// Liars below this number cannot make two quorums of one version number.
    var harmless: Int { 2 * needed - voters.count }

    func run(seconds: Int64 = 60) {
        every(3 * World.second) { [unowned self] in isCalm ? () : propose() }
        for place in voters.indices {
            every(2 * World.second) { [unowned self] in gossip(place) }
            guard liars.contains(place) else { continue }
            every(2 * World.second) { [unowned self] in isCalm ? () : lie(place) }
        }
        advance(seconds)
        isCalm = true
        advance(seconds)
        world.forget()
    }

    private func advance(_ seconds: Int64) {
        let end = world.now + seconds * World.second
        while world.now < end && breach == nil && world.step() {}
    }

    private func every(_ interval: Int64, _ action: @escaping () -> Void) {
        world.after(world.between(interval / 4, 2 * interval)) { [unowned self] in
            action()
            every(interval, action)
        }
    }

    // MARK: Signing

    /// The next version that this member's relay would have.
    private func draft(_ place: Int) -> SealedManifest? {
        serial += 1
        let latest = voters[place].chain.latest.sealed
        return try? SampleFederation.next(latest) { $0.note = "\(serial)" }
    }

    /// One honest authority proposes at a time, and asks all others again until it has a quorum.
    private func propose() {
        guard let chair = voters.indices.first(where: { !liars.contains($0) }) else { return }
        if proposal?.manifest.previous != voters[chair].chain.latest.digest {
            proposal = draft(chair)
        }
        if let proposal { gather(proposal, from: Array(voters.indices)) }
    }

    /// Asks authorities one after another, and publishes when enough have signed.
    private func gather(_ sealed: SealedManifest, from places: [Int]) {
        for place in places {
            world.after(world.between(0, 4 * World.second)) { [unowned self] in
                guard sign(sealed, at: place), signers[sealed.digest]?.count == needed else {
                    return
                }
                publish(signed(sealed))
            }
        }
    }

    /// An honest authority signs what follows its own relay's latest version, one of a number.
    private func sign(_ sealed: SealedManifest, at place: Int) -> Bool {
        let number = sealed.manifest.version
        if !liars.contains(place) {
            guard sealed.manifest.previous == voters[place].chain.latest.digest else {
                return false
            }
            let other = voters[place].promised[number]
            guard forgetsPromises || other == nil || other == sealed.digest else { return false }
            voters[place].promised[number] = sealed.digest
        }
        return signers[sealed.digest, default: []].insert(place).inserted
    }

    private func signed(_ sealed: SealedManifest) -> SignedManifest {
        let keys = signers[sealed.digest, default: []].sorted().map { voters[$0].key }
        return SignedManifest(
            sealed,
            signatures: keys.compactMap { ManifestSignature(signing: sealed.digest, with: $0) }
                .sorted())
    }

    // MARK: Hearing

    private func publish(_ version: SignedManifest) {
        for place in voters.indices where !world.chance(0.3) { send(version, to: place) }
    }

    private func send(_ version: SignedManifest, to place: Int) {
        for _ in 0..<(world.chance(0.2) ? 2 : 1) {
            world.after(world.between(0, 3 * World.second)) { [unowned self] in
                hear(version, at: place)
            }
        }
    }

    /// Tells another relay some version, the one that it lacks, and the evidence.
    private func gossip(_ place: Int) {
        let other = Int(world.between(0, Int64(voters.count - 1)))
        guard other != place else { return }
        let next = voters[other].chain.manifest.version + 1
        for version in [voters[place].held[next], any(voters[place].held)] {
            if let version { send(version, to: other) }
        }
        for evidence in voters[place].chain.equivocations { hear(evidence, at: other) }
    }

    private func any(_ held: [UInt64: SignedManifest]) -> SignedManifest? {
        held[UInt64(world.between(1, Int64(held.count)))]
    }

    private func hear(_ version: SignedManifest, at place: Int) {
        let before = voters[place].chain.latest
        do {
            let step = try voters[place].chain.append(version, signatures: &verifier)
            guard step == .advanced else { return }
            voters[place].held[version.manifest.version] = version
            judge(version, after: before, at: place)
        } catch {
            refusals += 1
            if voters[place].chain.latest != before { breach = "a refused version was taken" }
        }
    }

    private func hear(_ evidence: ManifestEquivocation, at place: Int) {
        guard let guilty = try? voters[place].chain.take(evidence, signatures: &verifier) else {
            refusals += 1
            return
        }
        let blamed = voters.indices.filter { guilty.contains(voters[$0].id) }
        let innocent = blamed.filter { !liars.contains($0) }
        if !innocent.isEmpty { breach = "honest authorities \(innocent) are blamed" }
        if blamed.count < harmless { breach = "evidence blames only \(blamed)" }
    }

    /// The rules of what a relay may take.
    private func judge(_ version: SignedManifest, after before: SignedManifest, at place: Int) {
        let count = signers[version.digest, default: []].count
        if count < needed {
            breach = "relay \(place) took a version that only \(count) of \(needed) signed"
        }
        if version.manifest.version != before.manifest.version + 1
            || version.manifest.previous != before.digest
        {
            breach = "relay \(place) skipped or went back"
        }
    }

    /// Numbers of which two relays hold different versions.
    var divided: Set<UInt64> {
        var first: [UInt64: Digest] = [:]
        var result: Set<UInt64> = []
        for voter in voters {
            for (number, version) in voter.held {
                if first[number, default: version.digest] != version.digest {
                    result.insert(number)
                }
                first[number] = version.digest
            }
        }
        return result
    }

    // MARK: Lying

    private func lie(_ place: Int) {
        let target = Int(world.between(0, Int64(voters.count - 1)))
        guard let sealed = draft(target) else { return }
        switch world.between(0, lies == .twoFaces ? 6 : 4) {
        case 0: send(signedByLiars(sealed), to: target)
        case 1: stuff(sealed, by: place, to: target)
        case 2: alter(voters[place].chain.latest, target)
        case 3: rewrite(target)
        case 4: accuse(target)
        default: showTwoFaces(place)
        }
    }

    private func signedByLiars(_ sealed: SealedManifest) -> SignedManifest {
        for liar in liars { _ = sign(sealed, at: liar) }
        return signed(sealed)
    }

    /// One key as often as a quorum needs, or keys that nobody knows.
    private func stuff(_ sealed: SealedManifest, by place: Int, to target: Int) {
        guard let own = ManifestSignature(signing: sealed.digest, with: voters[place].key) else {
            return
        }
        var signatures = Array(repeating: own, count: needed)
        if world.chance(0.5) {
            signatures = (0..<needed).compactMap { number in
                (try? SampleFederation.authority("stranger \(number)")).flatMap {
                    ManifestSignature(signing: sealed.digest, with: $0)
                }
            }
        }
        send(SignedManifest(sealed, signatures: signatures), to: target)
    }

    /// Another content under the signatures of a version that was agreed on.
    private func alter(_ good: SignedManifest, _ target: Int) {
        var manifest = good.manifest
        manifest.note += " and more"
        send(
            SignedManifest(SealedManifest(manifest), signatures: good.signatures), to: target)
    }

    /// Another past: an old number again, signed by the liars alone.
    private func rewrite(_ target: Int) {
        let held = voters[target].held
        guard let old = held[UInt64(world.between(1, Int64(held.count)))] else { return }
        serial += 1
        guard
            let sealed = try? SampleFederation.next(
                old.sealed, { $0.note = "\(serial)" })
        else {
            return
        }
        send(signedByLiars(sealed), to: target)
    }

    /// Evidence that is none: one version twice, or a version beside one that nobody agreed on.
    private func accuse(_ target: Int) {
        let one = voters[target].chain.latest
        guard one.manifest.version > 1, let before = voters[target].held[one.manifest.version - 1],
            let other = try? SampleFederation.next(before.sealed, { $0.note = "another" })
        else { return }
        let second =
            world.chance(0.3)
            ? one.statement
            : SignedManifest(other, signatures: one.signatures).statement
        hear(ManifestEquivocation(one.statement, second), at: target)
    }

    /// Two versions of one number, each shown to another half of the authorities, or both to all
    /// where they do not remember what they signed.
    private func showTwoFaces(_ place: Int) {
        guard let left = draft(place), let right = draft(place) else { return }
        let order = voters.indices.shuffled(using: &world.random)
        let half = forgetsPromises ? 0 : order.count / 2
        gather(left, from: Array(order.dropFirst(half)) + liars)
        gather(right, from: forgetsPromises ? order : Array(order.prefix(half)) + liars)
    }
}
