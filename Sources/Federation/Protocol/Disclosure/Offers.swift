// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// Asks what the callee's grants let the caller's applications ask. Empty: the caller is known by
/// its certificate. Source: peer.proto.
public struct OffersRequest: Hashable, Sendable, ProtobufMessage {
    public init() {}

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) { try reader.skip(field) }

    public func write(to writer: inout ProtobufWriter) {}
}

/// One kind of record that may be asked for, under one grant.
public struct Offer: Hashable, Sendable {
    public var kind: String
    public var items: [String]
    public var predicates: [String]
    public var purposes: [String]
    public var serviceItems: [String]
    /// The asking member's application that the grant names; empty: any.
    public var application: String
    /// A `Grant.Presentation` other than optional; empty: no use-code is needed.
    public var presentation: String

    /// Entries of one list.
    public static let maxEntries = 64

    public init(
        kind: String = "", items: [String] = [], predicates: [String] = [],
        purposes: [String] = [], serviceItems: [String] = [],
        application: String = "", presentation: String = ""
    ) {
        self.kind = kind
        self.items = items
        self.predicates = predicates
        self.purposes = purposes
        self.serviceItems = serviceItems
        self.application = application
        self.presentation = presentation
    }
}

extension Offer: ProtobufMessage {
    public init() { self.init(kind: "") }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: kind = try reader.string(field)
        case 2: try Offer.append(field, &reader, &items)
        case 3: try Offer.append(field, &reader, &predicates)
        case 4: try Offer.append(field, &reader, &purposes)
        case 5: try Offer.append(field, &reader, &serviceItems)
        case 6: application = try reader.string(field)
        case 7: presentation = try reader.string(field)
        default: try reader.skip(field)
        }
    }

    private static func append(
        _ field: ProtobufField, _ reader: inout ProtobufReader, _ list: inout [String]
    ) throws(WireError) {
        guard list.count < maxEntries else { throw .tooLarge("offer", limit: maxEntries) }
        list.append(try reader.string(field))
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.string(1, kind)
        for item in items { writer.alwaysString(2, item) }
        for predicate in predicates { writer.alwaysString(3, predicate) }
        for purpose in purposes { writer.alwaysString(4, purpose) }
        for item in serviceItems { writer.alwaysString(5, item) }
        writer.string(6, application)
        writer.string(7, presentation)
    }
}

/// What the callee can be asked today. Source: peer.proto.
public struct OffersResponse: Hashable, Sendable {
    /// Whether the callee's city answers questions about records at all.
    public var answers: Bool
    public var offers: [Offer]
    /// Code of what keeps the callee from answering right now; empty: nothing that it knows of.
    public var obstacle: String

    /// Grants towards one member.
    public static let maxOffers = 256

    public init(answers: Bool = false, offers: [Offer] = [], obstacle: String = "") {
        self.answers = answers
        self.offers = offers
        self.obstacle = obstacle
    }
}

extension OffersResponse: ProtobufMessage {
    public init() { self.init(answers: false) }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: answers = try reader.bool(field)
        case 2:
            try reader.append(
                field, to: &offers, limit: OffersResponse.maxOffers, "offers")
        case 3: obstacle = try reader.string(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.bool(1, answers)
        writer.messages(2, offers)
        writer.string(3, obstacle)
    }
}

extension DisclosurePolicy {
    /// What the grants that are in force let one member's applications ask today.
    public func offers(to requester: MemberID, now: Timestamp) -> [Offer] {
        let today = PolicyDay(now)
        let open = grants.filter { grant in
            grant.requester.member == requester && grant.status == .active
                && grant.validFrom <= today && today <= grant.validUntil
        }
        return open.prefix(OffersResponse.maxOffers).map { grant in
            let items =
                grant.mode == .record
                ? (resources[grant.resource]?.openItems ?? []) : grant.items
            return Offer(
                kind: grant.resource, items: Array(items.prefix(Offer.maxEntries)),
                predicates: grant.predicates, purposes: [grant.purpose],
                serviceItems: grant.serviceItems, application: grant.requester.application ?? "",
                presentation: grant.presentation == .optional ? "" : grant.presentation.rawValue)
        }
    }
}

extension SharedResource {
    /// Fields whose values may leave at all.
    public var openItems: [String] {
        var open: [String] = []
        for item in items where item.disclosure == .always || item.disclosure == .onRequest {
            open.append(item.id)
        }
        return open
    }
}
