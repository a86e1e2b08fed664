// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayStore
import RelayTransport

/// Changes licences for our own applications: the record office judges and writes, our chain shows,
/// and what a move has to say is sent as a packet. A call answers when the chain shows the change,
/// or the word is in a block; what becomes of a move is seen by looking again.
final class LicenceService: Sendable {
    let office: LicenceOffice?
    /// Reads our chain, and sends where there is an account for it.
    let ports: PortSubmission
    private let canSend: Bool
    let ledger: AccessLedger
    let accounts: LicenceAccounts
    private let directory: CityDirectory
    let loop: EventLoop
    private let patience: (milliseconds: Int, lookMilliseconds: Int)
    private let newWork: NewWork
    let now: @Sendable () -> Timestamp

    /// How long a key of idempotency is remembered, nanoseconds.
    static let idempotencyNanoseconds: Int64 = 7 * 86_400_000_000_000
    /// How long it is remembered which move a licence comes by that is being taken in: as long as
    /// words may wait, twice.
    static let takingNanoseconds: Int64 = 28 * 86_400_000_000_000
    /// Seconds until a packet that nobody delivered may be said again; chains take 24 hours.
    static let packetSeconds: UInt64 = 20 * 3_600

    init(
        loop: EventLoop, office: LicenceOffice?, ports: PortSubmission, canSend: Bool,
        accounts: LicenceAccounts, directory: CityDirectory,
        configuration: DisclosureConfiguration, now: @escaping @Sendable () -> Timestamp,
        newWork: NewWork
    ) {
        self.loop = loop
        self.office = office
        self.ports = ports
        self.canSend = canSend
        self.accounts = accounts
        ledger = accounts.ledger
        self.directory = directory
        patience = (
            configuration.chainPatienceMilliseconds, configuration.chainLookMilliseconds
        )
        self.now = now
        self.newWork = newWork
    }

    // MARK: Calls

    /// `POST /v1/licences`.
    func issue(_ request: APIRequest, _ reply: APIReply) throws(APIError) {
        try request.requireJSON()
        do throws(DisclosureFailure) {
            let application = try ProofService.application(request)
            let body = try LicenceBody(new: request.body)
            try begin(body, nil, application, request, reply)
        } catch {
            throw APIError(error)
        }
    }

    /// `POST /v1/licences/{id}/acts`.
    func act(_ request: APIRequest, _ reply: APIReply) throws(APIError) {
        try request.requireJSON()
        do throws(DisclosureFailure) {
            let application = try ProofService.application(request)
            let index = try LicenceService.index(request)
            let body = try LicenceBody(act: request.body)
            try begin(body, index, application, request, reply)
        } catch {
            throw APIError(error)
        }
    }

    static func index(_ request: APIRequest) throws(DisclosureFailure) -> RecordIndex {
        guard let index = RecordIndex(request["id"]) else {
            throw DisclosureFailure(.requestMalformed, "id is not 64 hexadecimal digits")
        }
        return index
    }

    func checked(_ office: LicenceOffice?) throws(DisclosureFailure) -> LicenceOffice {
        guard let office else {
            throw DisclosureFailure(.cityNoOffice, "this city has no record office")
        }
        return office
    }

    // MARK: Once

    /// One change under way.
    private struct Job: Sendable {
        let body: LicenceBody
        let index: RecordIndex?
        let institution: String?
        let application: String
        let fingerprint: Digest
        let reply: APIReply

        var scope: String { "licences/\(application)" }
        /// What it lets out; nil: nothing.
        var use: LicenceUse? { LicenceUse(body, institution: institution) }
        var asker: LicenceAsker {
            LicenceAsker(
                application: application, officer: body.officer, caseNumber: body.caseNumber)
        }
        /// A new licence is 201, a changed one 200.
        var status: Int { index == nil ? 201 : 200 }
    }

    private func begin(
        _ body: LicenceBody, _ index: RecordIndex?, _ application: String, _ request: APIRequest,
        _ reply: APIReply
    ) throws(DisclosureFailure) {
        let office = try checked(office)
        var institution: String?
        if let city = body.city {
            guard let member = directory.city(city) else {
                throw DisclosureFailure(
                    .cityUnknown, "no city of the federation is named by the code given")
            }
            guard canSend else {
                throw DisclosureFailure(
                    .chainUnavailable, "this relay has no account that sends moves")
            }
            institution = member.institution.description
        }
        let job = Job(
            body: body, index: index, institution: institution, application: application,
            // The path names the licence of an act.
            fingerprint: accounts.secrets.fingerprint(
                Array(request.path.utf8) + request.body), reply: reply)
        let isTaken = ledger.submit { [self] desk in
            do {
                if let known = try desk.answer(scope: job.scope, key: body.idempotencyKey) {
                    guard known.body == job.fingerprint else {
                        reply.finish(
                            APIError(
                                .idempotencyOtherBody, "this key came before with another body"))
                        return nil
                    }
                    if let index = RecordIndex(String(decoding: known.answer, as: UTF8.self)) {
                        show(index, job.status, reply)
                        return nil
                    }
                    // It was taken and its end is not known: the office does nothing twice.
                    order(job, office)
                    return nil
                }
                // A licence that is there may still be suspended or revoked.
                if index == nil || body.city != nil, let trouble = newWork.trouble {
                    reply.finish(APIError(trouble))
                    return nil
                }
                return LedgerTurn([.answer(stored(job, nil, desk.now))]) { [self] result in
                    guard case .success = result else {
                        return reply.finish(APIError(DisclosureService.logFailure))
                    }
                    order(job, office)
                }
            } catch {
                reply.finish(APIError(DisclosureService.logFailure))
                return nil
            }
        }
        if !isTaken { throw DisclosureService.logFailure }
    }

    /// What is remembered of a call; its end is the licence's place.
    private func stored(_ job: Job, _ index: RecordIndex?, _ now: Timestamp) -> StoredAnswer {
        StoredAnswer(
            scope: job.scope, key: job.body.idempotencyKey, body: job.fingerprint,
            answer: Array((index?.description ?? "open").utf8),
            expires: now.adding(nanoseconds: LicenceService.idempotencyNanoseconds))
    }

    // MARK: Carrying out

    private func order(_ job: Job, _ office: LicenceOffice) {
        office.update(
            job.body, index: job.index, institution: job.institution,
            application: job.application
        ) { [self] result in
            switch result {
            case .failure(let failure): refuse(job, failure, job.index)
            case .success(let outcome):
                wait(
                    for: outcome,
                    until: now().adding(
                        nanoseconds: Int64(patience.milliseconds) * 1_000_000)
                ) { [self] failure in
                    if let failure { return refuse(job, .other(failure), outcome.index) }
                    guard let word = outcome.word else { return end(job, outcome) }
                    say(word, outcome, job)
                }
            }
        }
    }

    /// What lets something out has its entry where it is refused, too.
    private func refuse(_ job: Job, _ failure: LicenceFailure, _ index: RecordIndex?) {
        guard let use = job.use else { return job.reply.finish(APIError(failure)) }
        refuse(failure, use, job.asker, index, job.reply)
    }

    /// Until our chain shows the revision.
    private func wait(
        for outcome: LicenceOutcome, until deadline: Timestamp,
        then: @escaping @Sendable (DisclosureFailure?) -> Void
    ) {
        guard outcome.revision > 0 else { return then(nil) }
        ports.read(store: RecordIndex.storeName, keys: [outcome.index.stateKey]) {
            [self] answer in
            let state = (try? answer.get())?.values.first.flatMap {
                try? RecordState(stored: $0)
            }
            if let state, state.revision >= outcome.revision { return then(nil) }
            guard now() < deadline else {
                return then(
                    DisclosureFailure(
                        .cityChainBehind, "our chain does not show the change yet",
                        retryAfterMilliseconds: 2_000))
            }
            _ = loop.post { [self] in
                loop.schedule(afterMilliseconds: patience.lookMilliseconds) { [self] in
                    wait(for: outcome, until: deadline, then: then)
                }
            }
        }
    }

    /// Sends a move's word, unless its packet is there already.
    private func say(_ word: LicencePacket.Word, _ outcome: LicenceOutcome, _ job: Job) {
        guard canSend else {
            return job.reply.finish(
                APIError(.chainUnavailable, "this relay has no account that sends moves"))
        }
        let named = RecordMove(key: word.context.key, client: outcome.client)
        remember(named, word.act, outcome.index) { [self] in
            ports.move(named) { [self] known in
                switch known {
                case .failure(let failure): refuse(job, .other(failure), outcome.index)
                case .success(let known) where known.record?.hasHeard(word.act) == true:
                    end(job, outcome)
                case .success(let known): release(word, outcome, job, at: known.height)
                }
            }
        }
    }

    /// Its entry is on the disk before the packet is handed to a node.
    private func release(
        _ word: LicencePacket.Word, _ outcome: LicenceOutcome, _ job: Job, at height: Height
    ) {
        guard let use = job.use, let commitment = word.commitment else {
            return send(word, outcome, job)
        }
        accounts.note(
            use, by: job.asker, index: outcome.index,
            .released(proof: commitment, height: height)
        ) { [self] isNoted in
            guard isNoted else {
                return job.reply.finish(APIError(DisclosureService.logFailure))
            }
            send(word, outcome, job)
        }
    }

    private func send(_ word: LicencePacket.Word, _ outcome: LicenceOutcome, _ job: Job) {
        let payload = Payload(
            sourcePort: WireText(LicencePacket.port), destinationPort: WireText(LicencePacket.port),
            version: WireText(LicencePacket.version), encoding: WireText(LicencePacket.encoding),
            value: LicencePacket.move(word).encoded)
        ports.send(
            [payload], client: outcome.client,
            timeoutSeconds: now().unixSeconds + LicenceService.packetSeconds
        ) { [self] sent in
            switch sent {
            case .success(let packets): shows(word, outcome, packets, job)
            case .failure(let failure):
                job.reply.finish(APIError(LicenceFailure(chain: failure)))
            }
        }
    }

    /// The block of the word is there; the answer is given from a state that has it.
    private func shows(
        _ word: LicencePacket.Word, _ outcome: LicenceOutcome, _ packets: SentPackets, _ job: Job,
        looks: Int = 0
    ) {
        let named = RecordMove(key: word.context.key, client: outcome.client)
        ports.move(named) { [self] known in
            let words = (try? known.get())?.record?.words ?? []
            let isThere = words.contains { word in
                packets.ids.contains { $0.sequence == word.sequence && word.isOurs }
            }
            let most = patience.milliseconds / max(patience.lookMilliseconds, 1)
            guard !isThere, looks < most else { return end(job, outcome) }
            _ = loop.post { [self] in
                loop.schedule(afterMilliseconds: patience.lookMilliseconds) { [self] in
                    shows(word, outcome, packets, job, looks: looks + 1)
                }
            }
        }
    }

    private func end(_ job: Job, _ outcome: LicenceOutcome) {
        let isTaken = ledger.submit { [self] desk in
            LedgerTurn([.answer(stored(job, outcome.index, desk.now))]) { [self] _ in
                show(outcome.index, job.status, job.reply)
            }
        }
        if !isTaken { show(outcome.index, job.status, job.reply) }
    }

    // MARK: Licences that are being taken in

    static let takingScope = "licences taken in"

    /// A licence that is being taken in has no record yet: its move is remembered by its place.
    private func remember(
        _ named: RecordMove, _ act: LicenceMove.Act, _ index: RecordIndex,
        then: @escaping @Sendable () -> Void
    ) {
        guard act == .take else { return then() }
        let isTaken = ledger.submit { desk in
            let answer = StoredAnswer(
                scope: LicenceService.takingScope, key: index.description,
                body: named.key.digest, answer: named.encoded,
                expires: desk.now.adding(nanoseconds: LicenceService.takingNanoseconds))
            return LedgerTurn([.answer(answer)]) { _ in then() }
        }
        if !isTaken { then() }
    }
}

extension LicenceMoveRecord {
    /// Whether a word of ours has its packet: it waits, or what it wants has come about.
    fileprivate func hasHeard(_ act: LicenceMove.Act) -> Bool {
        if move.pending == act { return true }
        switch act {
        case .offer: return move.phase != .offered
        case .take: return move.phase == .taken
        case .cancel: return move.phase == .cancelled
        }
    }
}
