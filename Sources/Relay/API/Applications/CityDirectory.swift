// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import Synchronization

/// What this relay knows of the other cities, for applications: who they are, what they have said
/// they can answer, and whether they can right now.
final class CityDirectory: Sendable {
    /// One other city as it stands.
    struct Facts: Sendable {
        let member: MemberID
        let name: String
        let localName: String
        let chainID: String
        /// Nil for our own city.
        let link: DisclosureAsker.PeerLink?
    }

    /// What a city has said of itself.
    private struct Offer: Sendable {
        let response: Result<OffersResponse, DisclosureFailure>
        let at: Timestamp
    }

    /// Nanoseconds for which an offer is shown without asking again.
    private static let freshNanoseconds: Int64 = 10_000_000_000
    /// The same for a failure or an obstacle: long enough that a hall full of windows does not ask
    /// in step.
    private static let failedNanoseconds: Int64 = 1_000_000_000

    /// Asks our own relay what a peer would ask of it.
    typealias OwnOffers =
        @Sendable (_ then: @escaping @Sendable (OffersResponse) -> Void) -> Void

    private let own: MemberID
    private let now: @Sendable () -> Timestamp
    private let members: @Sendable () -> [Facts]
    private let ownFacts: @Sendable () -> Facts?
    private let ownOffers: OwnOffers
    private let offers = Mutex<[MemberID: Offer]>([:])

    init(
        own: MemberID, now: @escaping @Sendable () -> Timestamp,
        members: @escaping @Sendable () -> [Facts],
        ownFacts: @escaping @Sendable () -> Facts?,
        ownOffers: @escaping OwnOffers
    ) {
        self.own = own
        self.now = now
        self.members = members
        self.ownFacts = ownFacts
        self.ownOffers = ownOffers
    }

    func facts(of member: MemberID) -> Facts? {
        member == own ? ownFacts() : members().first { $0.member == member }
    }

    /// A city by "330100/330100000000000", or by its division where one member alone has it.
    func city(_ text: String) -> MemberID? {
        if let id = MemberID(text) { return facts(of: id)?.member }
        let all = members() + (ownFacts().map { [$0] } ?? [])
        let found = all.filter { $0.member.division.description == text }
        return found.count == 1 ? found[0].member : nil
    }

    // MARK: GET /v1/cities

    /// Asks every city whose word is old, then answers with what one application may ask.
    func list(for application: String, then: @escaping @Sendable ([CityAnswer]) -> Void) {
        let all = members().sorted { $0.member < $1.member }
        let stale = all.filter { facts in
            guard let offer = offers.withLock({ $0[facts.member] }) else { return true }
            let age = now().nanoseconds(since: offer.at)
            if case .success(let response) = offer.response, response.obstacle.isEmpty {
                return age > CityDirectory.freshNanoseconds
            }
            return age > CityDirectory.failedNanoseconds
        }
        let own = ownFacts()
        let missing = Mutex(stale.count + (own == nil ? 0 : 1))
        let told: @Sendable (MemberID, Result<OffersResponse, DisclosureFailure>) -> Void = {
            [self] member, response in
            offers.withLock { $0[member] = Offer(response: response, at: now()) }
            let isLast = missing.withLock { count in
                count -= 1
                return count == 0
            }
            if isLast { then(answers(all, own, application)) }
        }
        guard missing.withLock({ $0 > 0 }) else { return then(answers(all, own, application)) }
        if let own { ownOffers { told(own.member, .success($0)) } }
        for facts in stale {
            facts.link?.offers { told(facts.member, CityDirectory.read($0)) }
        }
    }

    private static func read(
        _ answer: Result<[UInt8], DisclosureFailure>
    ) -> Result<OffersResponse, DisclosureFailure> {
        answer.flatMap { bytes in
            guard let read = try? OffersResponse(reading: bytes) else {
                return .failure(
                    DisclosureFailure(.proofNotVerified, "the answer is not of this protocol"))
            }
            return .success(read)
        }
    }

    /// Our own city comes first, where its policy lets our own applications ask something.
    private func answers(
        _ all: [Facts], _ own: Facts?, _ application: String
    ) -> [CityAnswer] {
        let own = own.map { answer($0, application) }.flatMap { $0.kinds.isEmpty ? nil : $0 }
        return (own.map { [$0] } ?? []) + all.map { answer($0, application) }
    }

    private func answer(_ facts: Facts, _ application: String) -> CityAnswer {
        var answer = CityAnswer(
            city: facts.member.description, name: facts.name, localName: facts.localName,
            chain: facts.chainID)
        let known = offers.withLock { $0[facts.member] }
        switch known?.response {
        case .success(let offer):
            let offers = offer.offers.filter {
                $0.application == application || $0.application.isEmpty
            }
            answer.kinds = offers.map(CityAnswer.Kind.init)
            if let failure = obstacle(facts, offer, hasGrant: !offers.isEmpty) {
                answer.obstruct(failure)
            }
        case .failure(let failure): answer.obstruct(failure)
        case nil: answer.obstruct(DisclosureFailure(.cityUnreachable, "it was not asked yet"))
        }
        if let newest = facts.link?.client?.snapshot.latest {
            answer.newestBlock = RFC3339.format(newest.timestamp)
        }
        return answer
    }

    /// What is in the way of a question now: here, over there, or in their grants.
    private func obstacle(
        _ facts: Facts, _ offer: OffersResponse, hasGrant: Bool
    ) -> DisclosureFailure? {
        if facts.member != own, let lost = lostTrust(facts) { return lost }
        guard offer.answers else {
            return DisclosureFailure(.cityNoOffice, "it has no record office")
        }
        guard hasGrant else {
            return DisclosureFailure(
                .policyNoGrant, "no grant of its lets this application ask")
        }
        guard !offer.obstacle.isEmpty else { return nil }
        return DisclosureFailure(
            CounterCode(rawValue: offer.obstacle) ?? .cityBusy,
            "the city says that it cannot answer right now")
    }

    private func lostTrust(_ facts: Facts) -> DisclosureFailure? {
        guard let client = facts.link?.client else {
            return DisclosureFailure(.cityTrustLost, "our client of its chain is not made yet")
        }
        let status = client.snapshot.status(now: now())
        return status == .active
            ? nil
            : DisclosureFailure(
                .cityTrustLost, "our client of its chain is \(status.rawValue)")
    }
}

/// One city in the list.
struct CityAnswer: Encodable, Sendable {
    struct Kind: Encodable, Sendable {
        let kind: String
        let fields: [String]
        let predicates: [String]
        let purposes: [String]
        let serviceItems: [String]
        /// Which use-code a request must bring; nil: none.
        let presentation: String?

        init(_ offer: Offer) {
            kind = offer.kind
            fields = offer.items
            predicates = offer.predicates
            purposes = offer.purposes
            serviceItems = offer.serviceItems
            presentation = offer.presentation.isEmpty ? nil : offer.presentation
        }
    }

    let city: String
    let name: String
    let localName: String
    let chain: String
    var canAnswer = true
    /// What its grants let this member's applications ask.
    var kinds: [Kind] = []
    /// Time of the newest block that is trusted here.
    var newestBlock: String?
    var code: String?
    var message: String?
    var next: String?
    var counter: SourceAnswer.Counter?

    init(city: String, name: String, localName: String, chain: String) {
        self.city = city
        self.name = name
        self.localName = localName
        self.chain = chain
    }

    mutating func obstruct(_ failure: DisclosureFailure) {
        canAnswer = false
        code = failure.code.rawValue
        message = failure.detail
        next = failure.code.text.englishNext
        counter = SourceAnswer.Counter(failure.code.text)
    }
}
