// SPDX-License-Identifier: Apache-2.0

/// What the chain announces to websockets.
package struct Announcement {
    /// "NewBlock", "Tx" …: the value of `tm.event`.
    package let kind: String
    package let value: JSONValue
    /// Values to match and to send along: "type.key" to values.
    package let events: [String: [String]]

    package init(_ kind: String, _ value: JSONValue, events: [String: [String]] = [:]) {
        self.kind = kind
        self.value = value
        var events = events
        events["tm.event"] = [kind]
        self.events = events
    }
}

/// The subscriptions of one websocket client.
package struct Subscriptions {
    /// CometBFT's max_subscriptions_per_client.
    package static let limit = 5
    /// Characters of a query.
    package static let queryLimit = 512

    private struct Entry {
        let query: EventQuery
        let id: JSONValue
    }

    private var entries: [Entry] = []

    package init() {}

    package var isEmpty: Bool { entries.isEmpty }

    package mutating func add(_ text: String, id: JSONValue) throws(RPCError) {
        guard entries.count < Subscriptions.limit else {
            throw .internal("max_subscriptions_per_client \(Subscriptions.limit) reached")
        }
        guard text.count <= Subscriptions.queryLimit else {
            throw .internal("maximum query length exceeded")
        }
        let query = try Subscriptions.parse(text)
        guard !entries.contains(where: { $0.query.text == text }) else {
            throw .internal("already subscribed")
        }
        entries.append(Entry(query: query, id: id))
    }

    package mutating func remove(_ text: String) throws(RPCError) {
        _ = try Subscriptions.parse(text)
        guard let index = entries.firstIndex(where: { $0.query.text == text }) else {
            throw .internal("subscription not found")
        }
        entries.remove(at: index)
    }

    package mutating func removeAll() throws(RPCError) {
        guard !entries.isEmpty else { throw .internal("subscription not found") }
        entries = []
    }

    /// The messages that an announcement causes, one per matching subscription.
    package func messages(for announcement: Announcement) -> [JSONValue] {
        entries.filter { $0.query.matches(announcement.events) }.map { entry in
            let events = announcement.events.sorted { $0.key < $1.key }.map { name, values in
                JSONMember(name, .array(values.map { .string($0) }))
            }
            let result: JSONValue = [
                "query": .string(entry.query.text),
                "data": [
                    "type": .string("tendermint/event/\(announcement.kind)"),
                    "value": announcement.value,
                ],
                "events": .object(events),
            ]
            return RPCEnvelope.result(result, id: entry.id)
        }
    }

    /// What every subscription of a client that does not read gets.
    package mutating func cancelSlow() -> [JSONValue] {
        defer { entries = [] }
        return entries.map {
            RPCEnvelope.error(
                .internal(
                    "subscription was canceled (reason: client is not pulling messages fast "
                        + "enough)"), id: $0.id)
        }
    }

    private static func parse(_ text: String) throws(RPCError) -> EventQuery {
        do throws(EventQuery.SyntaxError) {
            return try EventQuery(text)
        } catch {
            throw .internal("failed to parse query: \(error.message)")
        }
    }
}
