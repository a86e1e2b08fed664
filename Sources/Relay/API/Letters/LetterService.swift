// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayConnectors
import RelayEngine
import RelayStore
import RelayTransport

/// Answers the centre's own system: takes its words, judges them by the engine before anything
/// leaves, and shows what became of them. Everything but the entry points runs on the letters'
/// thread.
///
/// `@unchecked Sendable`, because every variable is touched on the loop's thread alone.
final class LetterService: @unchecked Sendable {
    let loop: EventLoop
    let book: LetterBook
    let line: AccountLine
    let now: @Sendable () -> Timestamp
    let log: @Sendable (EngineNote) -> Void
    let lateCounts: LateLetters
    /// Whether new letters are begun; what is open goes on.
    let newWork: NewWork
    /// Clients on our chain of the other chains, once they are registered.
    let clients: @Sendable () -> [LetterPeer]
    let sender: LetterSender
    private(set) var follower: LetterFollower?
    private var announcer: LetterAnnouncer?
    private var watchers: [LetterKey: [ObjectIdentifier: EventStream]] = [:]
    private var tickedAt: Timestamp?
    /// The day on which missing calendars were told last.
    private var calendarsToldOn: CivilDate?

    /// How long a key of idempotency is remembered, nanoseconds: a day's retries.
    static let idempotencyNanoseconds: Int64 = 86_400_000_000_000
    /// Nanoseconds between looks at the letters' clocks: they count days.
    static let tickNanoseconds: Int64 = 30_000_000_000

    /// Requires the loop's thread: the store is opened on it.
    init(
        _ configuration: LettersConfiguration, owner: MemberID, loop: EventLoop,
        line: AccountLine, clients: @escaping @Sendable () -> [LetterPeer],
        lateCounts: LateLetters, newWork: NewWork, now: @escaping @Sendable () -> Timestamp,
        log: @escaping @Sendable (EngineNote) -> Void
    ) throws {
        self.loop = loop
        self.line = line
        self.now = now
        self.log = log
        self.clients = clients
        self.lateCounts = lateCounts
        self.newWork = newWork
        book = try LetterBook(configuration, owner: owner, now: now(), log: log)
        let post: @Sendable (@escaping @Sendable () -> Void) -> Void = { loop.postAlways($0) }
        sender = LetterSender(book: book, line: line, now: now, log: log, post: post)
        sender.changed = { [unowned self] in tell([$0]) }
        follower = LetterFollower(
            book: book, line: line, clients: clients, now: now, log: log, post: post,
            taken: { [unowned self] in taken($0) })
        announcer = LetterAnnouncer(
            book: book, line: line, clients: clients, now: now, log: log, post: post,
            queued: { [unowned self] in sender.kick() })
        sender.resume()
    }

    /// Nothing is read or written from here on. On the loop's thread.
    func close() { book.store.close() }

    // MARK: The chain

    /// What the connector tells of our chain. Any thread.
    func see(_ event: EngineEvent) {
        guard case .chainAdvanced(let advance) = event else { return }
        loop.postAlways { [self] in
            follower?.advance(advance)
            judgeChannels()
            sender.advance(tip: advance.tip.height)
            announcer?.look(tip: advance.tip.height, time: advance.tipTime)
            tick()
        }
    }

    private func taken(_ keys: [LetterKey]) {
        if !keys.isEmpty { tickedAt = nil }
        tell(keys)
        sender.kick()
    }

    private func tick() {
        let moment = now()
        if let tickedAt, moment.nanoseconds(since: tickedAt) < LetterService.tickNanoseconds,
            moment >= tickedAt
        {
            return
        }
        tickedAt = moment
        do {
            var (touched, late) = try book.tick(now: moment)
            late.missingCalendars = book.configuration.calendar.missingYears(at: moment)
            tell(late.missingCalendars, at: moment)
            lateCounts.set(late)
            tell(touched)
        } catch {
            log(EngineNote(level: .alarm, code: "letters/store-failed", detail: "\(error)"))
        }
    }

    /// Once a day: clocks go on with plain weekends, and somebody should know.
    private func tell(_ missing: [Int], at moment: Timestamp) {
        let today = CivilDate(inChina: moment)
        guard !missing.isEmpty, today != calendarsToldOn else { return }
        calendarsToldOn = today
        log(
            EngineNote(
                level: .warning, code: "letters/calendar-missing",
                detail: "no signed calendar covers "
                    + missing.map { "\($0)" }.joined(separator: " and ")
                    + "; clocks of letters count plain weekends there"))
    }

    private func judgeChannels() {
        do {
            tell(try book.judge(clients(), now: now()))
        } catch {
            log(EngineNote(level: .alarm, code: "letters/store-failed", detail: "\(error)"))
        }
    }

    // MARK: Calls

    /// Runs on the letters' thread, or answers that too much waits.
    func run(_ reply: APIReply, _ work: @escaping @Sendable () throws -> Void) {
        let posted = loop.post { [self] in
            do {
                try work()
            } catch let error as APIError {
                reply.finish(error)
            } catch let failure as DisclosureFailure {
                reply.finish(APIError(failure))
            } catch {
                log(EngineNote(level: .alarm, code: "letters/store-failed", detail: "\(error)"))
                reply.finish(APIError(.logUnavailable, "the letters' store cannot be used"))
            }
        }
        if !posted { reply.finish(APIError(.cityBusy, "too many calls are under way")) }
    }

    /// The letter that a path or body names: institution, hyphen, number; or a number alone.
    func key(_ text: String) throws -> LetterKey {
        if let key = LetterPath.key(text) { return key }
        guard (try? LetterNumber(text)) != nil else {
            throw APIError(
                .letterNotFound,
                "a letter is named by 16 digits, or by the "
                    + "institution that numbered it, a hyphen and them")
        }
        let keys = try book.store.keys(ofNumber: text)
        guard keys.count <= 1 else {
            throw APIError(
                .letterNotFound,
                "\(keys.count) letters have this number; name the "
                    + "institution too")
        }
        if let key = keys.first.flatMap({ LetterKey($0) }) { return key }
        // A letter of ours that is on its way to our chain.
        if let number = try? LetterNumber(text),
            let key = try? LetterKey(
                institution: book.configuration.institution, number: number)
        {
            return key
        }
        throw APIError(.letterNotFound, "no letter here has this number")
    }

    func found(_ key: LetterKey) throws -> LetterCase {
        guard let found = try book.find(key) else {
            throw APIError(.letterNotFound, "no such letter is here")
        }
        return found
    }

    /// The letter that a path names, which must be one that this centre pays for.
    func payable(_ request: APIRequest) throws -> LetterCase {
        let found = try found(try key(request["letter"]))
        guard found.letter.side == .transferOut else {
            throw APIError(LetterError.wrongSide(.information, by: found.letter.side))
        }
        return found
    }

    /// `GET /v1/letters/{letter}`.
    func get(_ request: APIRequest, _ reply: APIReply) {
        run(reply) { [self] in reply.finish(.json(try view(try key(request["letter"])))) }
    }

    func view(_ key: LetterKey) throws -> LetterView {
        guard let found = try book.find(key) else {
            guard let word = book.openWord(of: key),
                let packet = try? LetterPacket(reading: word.value),
                let letter = try? Letter(
                    key, side: packet.side, transferOut: packet.transferOut, now: now())
            else { throw APIError(.letterNotFound, "no such letter is here") }
            return LetterView(
                LetterCase(dossier: LetterDossier(letter), changed: now()), word: word,
                now: now(), calendar: book.configuration.calendar,
                limits: book.configuration.limits)
        }
        return LetterView(
            found, word: book.openWord(of: key), now: now(),
            calendar: book.configuration.calendar, limits: book.configuration.limits)
    }

    /// Most letters of one list.
    private static let maxList = 500

    private struct List: Encodable {
        let letters: [LetterLine]
        let more: Bool
    }

    /// `GET /v1/letters`.
    func list(_ request: APIRequest, _ reply: APIReply) throws(APIError) {
        var query = LetterQuery()
        if let state = request.query("state") {
            guard LetterState(rawValue: state) != nil else {
                throw .letterQuery("state", "one of the nine states", "联系函状态代码")
            }
            query.state = state
        }
        let limit = request.query("limit").map { Int($0) ?? 0 } ?? 100
        guard (1...LetterService.maxList).contains(limit) else {
            throw .letterQuery(
                "limit", "a number from 1 to \(LetterService.maxList)",
                "1 至 \(LetterService.maxList) 的整数")
        }
        query.openOnly = try request.flag("open")
        query.overdueOnly = try request.flag("overdue")
        query.limit = limit + 1
        let asked = query
        run(reply) { [self] in
            let rows = try book.store.rows(asked)
            reply.finish(
                .json(
                    List(
                        letters: rows.prefix(limit).compactMap { LetterLine($0) },
                        more: rows.count > limit)))
        }
    }

    // MARK: Listening

    /// `GET /v1/letters/{letter}/events`.
    func events(_ request: APIRequest, _ reply: APIReply) {
        run(reply) { [self] in
            let key = try key(request["letter"])
            let view = try view(key)
            guard let stream = reply.beginEvents() else { return }
            stream.send(view, event: "letter")
            if view.ended { return stream.end() }
            var listening = (watchers[key] ?? [:]).filter { $0.value.isOpen }
            listening[ObjectIdentifier(stream)] = stream
            watchers[key] = listening
        }
    }

    func tell(_ keys: [LetterKey]) {
        for key in keys {
            guard let listening = watchers[key], let view = try? view(key) else { continue }
            for stream in listening.values { stream.send(view, event: "letter") }
            let open = view.ended ? [:] : listening.filter { $0.value.isOpen }
            if view.ended { listening.values.forEach { $0.end() } }
            watchers[key] = open.isEmpty ? nil : open
        }
    }
}

/// Another chain's client on ours, as letters go out by it.
struct LetterPeer: Hashable, Sendable {
    let chainID: String
    let client: String
    let institution: InstitutionCode
    /// Whether our relay's client of that chain, or our chain's, has seen it equivocate.
    var isFrozen = false
}
