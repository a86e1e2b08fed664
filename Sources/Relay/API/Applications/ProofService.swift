// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayStore
import RelayTransport

/// Answers applications of our own member: takes a request once, asks every source, waits as long
/// as the window can, and keeps the case for whoever comes back.
final class ProofService: Sendable {
    let asker: DisclosureAsker
    let ledger: AccessLedger
    let book = ProofBook()
    let directory: CityDirectory
    private let loop: EventLoop
    private let now: @Sendable () -> Timestamp
    /// The manifest under which evidence is made.
    private let manifest: @Sendable () -> SealedManifest
    private let newWork: NewWork

    /// Milliseconds before a city that could not answer is asked again; doubles up to the longest.
    static let firstRetryMilliseconds = 500
    static let longestRetryMilliseconds = 60_000
    /// The table of idempotency keys is full: no key is dropped before its time.
    static let memoryFull = DisclosureFailure(
        .cityBusy, "this relay remembers as many requests as it can",
        retryAfterMilliseconds: 60_000)
    static let spent = DisclosureFailure(
        .proofReplayed, "the use-code opened one answer, which is no longer held")
    /// How long a key of idempotency is remembered, nanoseconds: a day's retries of a window.
    static let idempotencyNanoseconds: Int64 = 86_400_000_000_000

    init(
        loop: EventLoop, asker: DisclosureAsker, ledger: AccessLedger, directory: CityDirectory,
        now: @escaping @Sendable () -> Timestamp,
        manifest: @escaping @Sendable () -> SealedManifest
    ) {
        self.loop = loop
        self.asker = asker
        self.ledger = ledger
        self.directory = directory
        self.now = now
        self.manifest = manifest
        newWork = NewWork(manifest: manifest, now: now)
    }

    /// `POST /v1/proofs`.
    func post(_ request: APIRequest, _ reply: APIReply) throws(APIError) {
        try request.requireJSON()
        do throws(DisclosureFailure) {
            let application = try ProofService.application(request)
            let body = try ProofBody(request.body)
            let questions = try questions(body, application)
            open(body, questions, application, asker.secrets.fingerprint(request.body), reply)
        } catch {
            throw APIError(error)
        }
    }

    /// `GET /v1/proofs/{id}`.
    func get(_ request: APIRequest) throws(APIError) -> APIAnswer {
        let answer = try find(request).answer
        return .json(answer, status: answer.isComplete ? 200 : 202)
    }

    /// `GET /v1/proofs/{id}/events`.
    func events(_ request: APIRequest, _ reply: APIReply) throws(APIError) {
        let found = try find(request)
        guard let stream = reply.beginEvents() else { return }
        found.listen(stream)
    }

    /// `GET /v1/cities`.
    func cities(_ request: APIRequest, _ reply: APIReply) throws(APIError) {
        do throws(DisclosureFailure) {
            let application = try ProofService.application(request)
            directory.list(for: application) { reply.finish(.json(["cities": $0])) }
        } catch {
            throw APIError(error)
        }
    }

    private func find(_ request: APIRequest) throws(APIError) -> ProofCase {
        let application: String
        do throws(DisclosureFailure) {
            application = try ProofService.application(request)
        } catch {
            throw APIError(error)
        }
        guard let found = book.find(request["id"], application: application) else {
            throw APIError(.proofNotFound, "no request of this application has this number")
        }
        return found
    }

    /// The application's name in its certificate.
    static func application(_ request: APIRequest) throws(DisclosureFailure) -> String {
        guard case .application(let name) = request.caller.kind, PolicyForm.name(name) else {
            throw DisclosureFailure(.policyUnknownApplication, "the caller is no application")
        }
        return name
    }

    private func questions(
        _ body: ProofBody, _ application: String
    ) throws(DisclosureFailure) -> [DisclosureQuestion] {
        var questions: [DisclosureQuestion] = []
        var subjects = ProofSubjects()
        for source in body.sources {
            guard let city = directory.city(source.city) else {
                throw DisclosureFailure(
                    .cityUnknown, "no city of the federation is named by the code given")
            }
            try subjects.add(source, of: city)
            questions.append(
                DisclosureQuestion(
                    provider: city, kind: source.kind, reference: source.reference,
                    items: source.items, predicates: source.predicates, purpose: body.purpose,
                    serviceItem: body.serviceItem, caseNumber: body.caseNumber,
                    department: body.department, officer: body.officer, consent: body.consent,
                    fieldReason: source.fieldReason,
                    maxAgeNanoseconds: body.maxAgeSeconds * 1_000_000_000,
                    application: application))
        }
        return questions
    }

    /// Forgets answers that were held long enough.
    func prune() { book.prune(now: now()) }

    // MARK: Once

    /// What the ledger says to a request: it is new, it was made before, or it may not be.
    private enum Admission: Sendable {
        /// With the use-codes that it used up, by source.
        case fresh(String, [PresentationCode.Mode?])
        case known(String)
        case refused(DisclosureFailure)
    }

    private func open(
        _ body: ProofBody, _ questions: [DisclosureQuestion], _ application: String,
        _ fingerprint: Digest, _ reply: APIReply
    ) {
        let id = "P-" + Hex.encode(RandomBytes.make(16))
        let isTaken = ledger.submit { [self] desk in
            let scope = "app/\(application)"
            let answered: @Sendable (Admission) -> Void = { [self] admission in
                _ = loop.post { [self] in
                    begin(admission, body, questions, application, reply)
                }
            }
            do {
                if let known = try desk.answer(scope: scope, key: body.idempotencyKey) {
                    let isSame = known.body == fingerprint
                    answered(
                        isSame
                            ? .known(String(decoding: known.answer, as: UTF8.self))
                            : .refused(
                                DisclosureFailure(
                                    .idempotencyOtherBody,
                                    "this key came before with another body")))
                    return nil
                }
                if let trouble = newWork.trouble { throw trouble }
                guard desk.hasRoomForAnswer else { throw ProofService.memoryFull }
                let (codes, modes) = try present(body, questions, desk)
                let stored = StoredAnswer(
                    scope: scope, key: body.idempotencyKey, body: fingerprint,
                    answer: Array(id.utf8),
                    expires: desk.now.adding(nanoseconds: ProofService.idempotencyNanoseconds))
                return LedgerTurn([.answer(stored)] + codes) { result in
                    if case .success = result { return answered(.fresh(id, modes)) }
                    answered(.refused(DisclosureService.logFailure))
                }
            } catch let failure as DisclosureFailure {
                answered(.refused(failure))
            } catch {
                answered(.refused(DisclosureService.logFailure))
            }
            return nil
        }
        if !isTaken { reply.finish(APIError(DisclosureService.logFailure)) }
    }

    /// Use-codes of the sources: each is used up in the same commit that takes the request.
    private func present(
        _ body: ProofBody, _ questions: [DisclosureQuestion], _ desk: AccessDesk
    ) throws -> ([AccessChange], [PresentationCode.Mode?]) {
        var changes: [AccessChange] = []
        var modes: [PresentationCode.Mode?] = []
        for (source, question) in zip(body.sources, questions) {
            guard let text = source.presentation else {
                modes.append(nil)
                continue
            }
            let hash = SHA256.hash(Array(text.utf8))
            guard var code = try desk.presentation(hash) else {
                throw DisclosureFailure(.presentationUnknown, "no such code was made here")
            }
            let refusal = code.refusal(
                licence: asker.secrets.licence(question.kind, question.reference),
                serviceItem: body.serviceItem, caseNumber: body.caseNumber,
                officer: body.officer, now: desk.now)
            if let refusal { throw DisclosureFailure(refusal, "the code does not open this") }
            code.used = desk.now
            changes.append(.present(code))
            modes.append(code.mode)
        }
        return (changes, modes)
    }

    // MARK: Asking, on the service's loop

    private func begin(
        _ admission: Admission, _ body: ProofBody, _ questions: [DisclosureQuestion],
        _ application: String, _ reply: APIReply
    ) {
        switch admission {
        case .refused(let failure): reply.finish(APIError(failure))
        case .known(let id):
            if let found = book.find(id, application: application) {
                return wait(for: found, body.waitMilliseconds, reply)
            }
            // The key is known and the answer gone, after a restart or its time: it is asked for
            // again, but for a use-code, which opened that one answer and is spent.
            guard body.sources.allSatisfy({ $0.presentation == nil }) else {
                return reply.finish(APIError(ProofService.spent))
            }
            start(id, body, questions, application, reply)
        case .fresh(let id, let modes):
            var questions = questions
            for (place, mode) in modes.enumerated() { questions[place].presentation = mode }
            start(id, body, questions, application, reply)
        }
    }

    private func start(
        _ id: String, _ body: ProofBody, _ questions: [DisclosureQuestion],
        _ application: String, _ reply: APIReply
    ) {
        let working = questions.enumerated().map { index, question in
            SourceAnswer.working(
                index, city: question.provider.description, kind: question.kind)
        }
        let proof = ProofCase(
            id: id, application: application, caseNumber: body.caseNumber, working: working)
        guard book.add(proof, now: now()) else {
            return reply.finish(
                APIError(
                    DisclosureFailure(
                        .cityBusy, "too many requests are under way",
                        retryAfterMilliseconds: 1_000)))
        }
        let deadline = now().adding(nanoseconds: body.patienceSeconds * 1_000_000_000)
        for (index, question) in questions.enumerated() {
            ask(
                proof, index, question, until: deadline,
                pause: ProofService.firstRetryMilliseconds)
        }
        wait(for: proof, body.waitMilliseconds, reply)
    }

    private func wait(for proof: ProofCase, _ milliseconds: Int, _ reply: APIReply) {
        proof.whenComplete { reply.finish(.json($0)) }
        loop.schedule(afterMilliseconds: milliseconds) {
            // The first answer counts; this one is let go where the whole came in time.
            var answer = APIAnswer.json(proof.answer, status: 202)
            answer.headers.append(HTTPHeader("location", "/v1/proofs/\(proof.id)"))
            reply.finish(answer)
        }
    }

    private func ask(
        _ proof: ProofCase, _ index: Int, _ question: DisclosureQuestion,
        until deadline: Timestamp, pause: Int
    ) {
        asker.ask(question) { [self] asked in
            switch asked.verdict {
            case .success(let verified):
                let facts = directory.facts(of: question.provider)
                settle(
                    proof, index, asked,
                    SourceAnswer(
                        index, city: question.provider.description,
                        cityName: facts?.name ?? question.provider.description,
                        localName: facts.map { $0.localName.isEmpty ? $0.name : $0.localName }
                            ?? question.provider.description,
                        kind: question.kind, chainID: facts?.chainID ?? "", verified))
            case .failure(let failure):
                let rest = deadline.nanoseconds(since: now()) / 1_000_000
                let wait = max(pause, Int(failure.retryAfterMilliseconds))
                guard failure.isWorthAnother, Int64(wait) < rest else {
                    return settle(
                        proof, index, asked,
                        .failed(
                            index, city: question.provider.description, kind: question.kind,
                            failure))
                }
                _ = loop.post { [self] in
                    loop.schedule(afterMilliseconds: wait) { [self] in
                        ask(
                            proof, index, question, until: deadline,
                            pause: min(2 * pause, ProofService.longestRetryMilliseconds))
                    }
                }
            }
        }
    }

    private func settle(
        _ proof: ProofCase, _ index: Int, _ asked: DisclosureAsker.Asked, _ answer: SourceAnswer
    ) {
        proof.settle(index, answer, asked, at: now()) { evidence in
            evidence.bundle(under: manifest(), askedBy: asker.own)
        }
    }
}

extension DisclosureFailure {
    /// Whether the same question may get another answer soon.
    var isWorthAnother: Bool {
        switch code {
        case .cityUnreachable, .cityBusy, .cityChainBehind, .logUnavailable, .proofStale: true
        case .cityTrustLost: retryAfterMilliseconds > 0
        default: false
        }
    }
}
