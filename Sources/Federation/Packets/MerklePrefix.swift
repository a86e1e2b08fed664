// SPDX-License-Identifier: Apache-2.0

/// The way from a chain's root to the place of its packet keys, root first: ["ibc", ""] on a Cosmos
/// SDK chain. A key is appended to the last element.
public struct MerklePrefix: Hashable, Sendable {
    public var elements: [[UInt8]]

    public init(_ elements: [[UInt8]]) { self.elements = elements }

    /// Elements of one prefix: the limit of ibc-go v11.
    public static let maxElements = 32

    public static let cosmosSDK = MerklePrefix([Array("ibc".utf8), []])

    /// Throws unless there is an element and only the last one is empty.
    public func validate() throws(PacketFault) {
        guard !elements.isEmpty else { throw .emptyPrefix }
        for (index, element) in elements.dropLast().enumerated() where element.isEmpty {
            throw .emptyPrefixElement(index)
        }
    }

    /// The whole path of a key, root to leaf. Throws for an invalid prefix and for an empty last
    /// element of the result.
    public func path(appending key: [UInt8]) throws(PacketFault) -> [[UInt8]] {
        try validate()
        var path = elements
        path[path.count - 1] += key
        guard !path[path.count - 1].isEmpty else { throw .emptyPrefixElement(path.count - 1) }
        return path
    }
}
