// SPDX-License-Identifier: Apache-2.0

import Federation
import RelayEngine
import RelayStore
import RelayTransport

/// Orders whose commit is awaited, by token.
struct PendingOrders {
    /// Orders under way at once: people give few.
    static let limit = 64
    /// Milliseconds for a commit; beyond it the store is in trouble.
    static let patienceMilliseconds = 10_000

    private var next: UInt64 = 1
    private var replies: [UInt64: APIReply] = [:]

    /// Nil when too many wait.
    mutating func add(_ reply: APIReply) -> OrderToken? {
        guard replies.count < PendingOrders.limit else { return nil }
        defer { next += 1 }
        replies[next] = reply
        return OrderToken(rawValue: next)
    }

    mutating func take(_ token: OrderToken) -> APIReply? {
        replies.removeValue(forKey: token.rawValue)
    }
}

extension ActionOrder {
    /// The body of an undo.
    struct Undo: Codable {
        var reason: String?
    }

    /// Characters of a reason: a few lines, as a log can show.
    static let reasonCharacters = 500
    /// Characters of one that is refused, in the answer.
    private static let reasonShown = 80

    static func check(_ reason: String?) throws(APIError) -> String {
        let words = (reason ?? "").split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard !PlainText.isBlank(words) else {
            throw APIError(
                422, "action/no-reason", "the order says no reason that can be seen",
                next: "Say why, in a few words: it is kept with your name and the time.")
        }
        guard PlainText.isLine(words) else {
            throw APIError(
                422, "action/reason-form",
                "the reason holds characters that hide, move or end other text: "
                    + PlainText.line(String(words.prefix(reasonShown))),
                next: "Type it again as plain text; nothing is kept of this order.")
        }
        guard words.count <= reasonCharacters else {
            throw APIError(
                422, "action/reason-too-long",
                "the reason has \(words.count) characters, \(reasonCharacters) are kept",
                next: "Say it shorter.")
        }
        return words
    }
}

extension OperationsService {
    /// What may not be left to every operator: it takes something out of everybody's sight.
    static let administrators: Set<OperatorAction.Kind> = [.discard, .restore]

    func order(
        _ order: ActionOrder, _ caller: CallerIdentity, _ reply: APIReply
    ) throws(APIError) {
        guard let kind = OperatorAction.Kind(rawValue: order.action) else {
            let kinds = OperatorAction.Kind.allCases.map(\.rawValue).joined(separator: ", ")
            throw APIError(
                422, "action/unknown", "\(order.action.prefix(40)) is no action",
                next: "Give one of: \(kinds).")
        }
        let reason = try ActionOrder.check(order.reason)
        let subject: OperatorAction.Subject
        switch (order.packet, order.chain) {
        case (let name?, nil):
            guard let id = PacketID(name) else { throw .malformedPacketName(name) }
            subject = .packet(id)
        case (nil, let chain?): subject = .chain(chain)
        default:
            throw APIError(
                422, "action/no-subject", "the order names not exactly one of packet and chain",
                next: "Give `packet` for one packet, `chain` for a route.")
        }
        try submit(kind, subject, reason, caller, undoes: 0, reply)
    }

    func undo(
        _ text: String, _ body: ActionOrder.Undo, _ caller: CallerIdentity, _ reply: APIReply
    ) throws(APIError) {
        let reason = try ActionOrder.check(body.reason)
        guard let number = UInt64(text) else { throw .unknownAction(text) }
        let isPosted = loop.post { [self] in
            do {
                let reader = try openReader()
                guard let action = try reader.action(number) else {
                    throw APIError.unknownAction(text)
                }
                if let later = try reader.undoing(number) {
                    throw APIError(
                        409, "action/undone-already", "action \(number) was undone by \(later)",
                        next: "Nothing is left to undo.")
                }
                guard let inverse = action.kind.inverse else {
                    throw APIError(
                        409, "action/nothing-to-undo",
                        "action \(number) (\(action.kind.rawValue)) leaves nothing to undo",
                        next: "Nothing: it only made something happen sooner.")
                }
                if let later = try reader.overtaking(action) {
                    throw APIError(
                        409, "action/overtaken",
                        "action \(later.number) (\(later.kind.rawValue), \(later.who)) came after "
                            + "action \(number): to undo that would undo this one, too",
                        next: "Look at `cityrelay queue actions`, then order what should hold now.")
                }
                try submit(
                    inverse, action.subject, reason, caller, undoes: number,
                    after: try reader.lastAction, reply)
            } catch let error as APIError {
                reply.finish(error)
            } catch {
                reply.finish(.internalFault("the store cannot be read: \(error)"))
            }
        }
        if !isPosted { throw .busy }
    }

    private func submit(
        _ kind: OperatorAction.Kind, _ subject: OperatorAction.Subject, _ reason: String,
        _ caller: CallerIdentity, undoes: UInt64, after: UInt64? = nil, _ reply: APIReply
    ) throws(APIError) {
        if OperationsService.administrators.contains(kind) {
            try APIAccess.administrators.check(caller)
        }
        let isPosted = loop.post { [self] in
            guard let token = orders.add(reply) else { return reply.finish(.busy) }
            var ended: PacketState?
            if case .packet(let id) = subject,
                let state = (try? openReader().packet(id))?.state, state.isTerminal
            {
                ended = state
            }
            let order = OperatorOrder(
                token: token, kind: kind, subject: subject, reason: reason, who: caller.name,
                undoes: undoes, after: after, ended: ended)
            guard context.submit([.operate(order)]) else {
                orders.take(token)?.finish(.busy)
                return
            }
            loop.schedule(afterMilliseconds: PendingOrders.patienceMilliseconds) { [weak self] in
                self?.orders.take(token)?.finish(
                    APIError(
                        503, "store/not-answering", "the order was not remembered in time",
                        next: "Look at the relay's status and log, then whether it was done: "
                            + "`cityrelay queue actions`."))
            }
        }
        if !isPosted { throw .busy }
    }

    /// The decider has committed an order, or refused it. Any thread.
    func ordered(_ token: OrderToken, _ result: OperatorResult) {
        _ = loop.post { [self] in
            guard let reply = orders.take(token) else { return }
            switch result {
            case .done(let action, let packets):
                reply.finish(.json(ActionReport(action, packets: packets)))
            case .refused(let refusal):
                let isUnknown = refusal.code.hasSuffix("/unknown")
                reply.finish(
                    APIError(
                        isUnknown ? 404 : 409, refusal.code, refusal.sentence, next: refusal.next))
            }
        }
    }
}

extension APIError {
    static func unknownAction(_ number: String) -> APIError {
        APIError(
            404, "action/unknown-number", "there is no action \(number.prefix(40))",
            next: "List them: `cityrelay queue actions`.")
    }
}
