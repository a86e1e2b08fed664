// SPDX-License-Identifier: Apache-2.0

/// One kind of record as its city's catalogue describes it: what may leave at all, before any grant
/// is looked at.
///
/// Source: the national compilation guide's sharing types (specs/domain.md section 2.13) and the
/// field entry of section 2.1.
public struct SharedResource: Hashable, Sendable {
    /// The catalogue's sharing type.
    public enum ShareClass: String, Hashable, Sendable, CaseIterable {
        /// 无条件共享: still needs a grant here, since a grant is also the record of why.
        case unconditional
        /// 有条件共享.
        case conditional
        /// 不予共享: no grant opens it.
        case none
    }

    /// How a field may leave.
    public enum Disclosure: String, Hashable, Sendable, CaseIterable {
        case always
        case onRequest = "on-request"
        /// Only answers about it leave, never the value.
        case predicateOnly = "predicate-only"
        case never
    }

    public struct Item: Hashable, Sendable {
        public var id: String
        /// 1 (public) to 4 (most sensitive).
        public var sensitivity: UInt8
        public var disclosure: Disclosure
        /// Predicates that often do instead of the value; offered first where `sensitivity` ≥ 3.
        public var predicates: [String]

        public init(
            id: String, sensitivity: UInt8, disclosure: Disclosure, predicates: [String] = []
        ) {
            self.id = id
            self.sensitivity = sensitivity
            self.disclosure = disclosure
            self.predicates = predicates
        }
    }

    /// From here on a predicate is offered before the field (PIPL articles 28 to 32).
    public static let predicateFirstSensitivity: UInt8 = 3

    public var kind: String
    public var shareClass: ShareClass
    public var items: [Item]
    /// Predicates that the city's record office answers for this kind.
    public var predicates: [String]

    public init(kind: String, shareClass: ShareClass, items: [Item], predicates: [String]) {
        self.kind = kind
        self.shareClass = shareClass
        self.items = items
        self.predicates = predicates
    }

    public func item(_ id: String) -> Item? { items.first { $0.id == id } }
}
