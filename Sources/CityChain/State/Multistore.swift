// SPDX-License-Identifier: Apache-2.0

package import LightClient

/// Several IAVL trees under one app hash, with every kept version provable.
///
/// Source: cosmossdk.io/store v1.1.2; building-cometbft.md sections 3.1 and 3.2.
package struct Multistore: StoreReader {
    /// Versions that stay readable. Each costs the nodes of its own writes (some 200 bytes a node,
    /// about twenty nodes a write), and a relay proves at most a few hundred heights back.
    package static let keptVersionsLimit = 20_000

    /// Ascending, as the root hashes them.
    package let storeNames: [String]
    private let initialVersion: UInt64
    private let keptVersions: Int
    private var committed: StoreSnapshot
    private var pending = WriteSet()
    private var history: [UInt64: StoreSnapshot] = [:]
    private var newest: UInt64?
    private var oldest: UInt64

    /// - Parameter initialVersion: the number that the first commit gets: the first block's height.
    package init(
        storeNames: [String], initialVersion: UInt64 = 1,
        keptVersions: Int = Multistore.keptVersionsLimit
    ) {
        precondition(keptVersions > 0 && initialVersion > 0)
        self.storeNames = Set(storeNames).sorted { precedes(Array($0.utf8), Array($1.utf8)) }
        self.initialVersion = initialVersion
        self.keptVersions = keptVersions
        oldest = initialVersion
        committed = StoreSnapshot(
            trees: Dictionary(uniqueKeysWithValues: self.storeNames.map { ($0, IAVLTree()) }))
    }

    /// The last committed version; nil before the first commit.
    package var version: UInt64? { newest }

    /// Of the last commit; H("") before the first, as an SDK chain's InitChain answers.
    package var appHash: Digest { newest == nil ? SHA256.empty : committed.appHash(storeNames) }

    /// The lowest version that is still kept.
    package var oldestVersion: UInt64? { newest == nil ? nil : oldest }

    /// Reads through the writes that wait.
    package func get(_ store: String, _ key: [UInt8]) -> [UInt8]? {
        if let written = pending.value(store, key) { return written }
        return committed.get(store, key)
    }

    package func pairs(_ store: String, prefix: [UInt8], limit: Int) -> [StorePair] {
        branch().pairs(store, prefix: prefix, limit: limit)
    }

    package mutating func set(_ store: String, _ key: [UInt8], _ value: [UInt8]) {
        precondition(committed.trees[store] != nil, "no store \(store)")
        pending.write(store, key, value)
    }

    package mutating func delete(_ store: String, _ key: [UInt8]) {
        precondition(committed.trees[store] != nil, "no store \(store)")
        pending.write(store, key, nil)
    }

    /// A working copy that sees the waiting writes. Give its writes back through `absorb`.
    package func branch() -> CachedStore { CachedStore(committed, writes: pending) }

    /// Takes over all that was written in a branch of this state.
    package mutating func absorb(_ branch: CachedStore) { pending.merge(branch.writes) }

    /// A kept version, to read from or to branch for a query at an old height.
    package func snapshot(at version: UInt64) -> StoreSnapshot? { history[version] }

    /// Applies the waiting writes, each tree once and ascending by key, and saves the next version.
    package mutating func commit() -> (version: UInt64, appHash: Digest) {
        let next = newest.map { $0 + 1 } ?? initialVersion
        var trees = committed.trees
        for name in storeNames {
            let writes = pending.ascending(name)
            guard !writes.isEmpty else { continue }
            var tree = trees.removeValue(forKey: name) ?? IAVLTree()
            for (key, value) in writes {
                if let value {
                    tree.put(key, value, version: next)
                } else {
                    tree.remove(key, version: next)
                }
            }
            trees[name] = tree
        }
        pending = WriteSet()
        committed = StoreSnapshot(trees: trees)
        history[next] = committed
        newest = next
        if next - oldest >= UInt64(keptVersions) { prune(below: oldest + 1) }
        return (next, committed.appHash(storeNames))
    }

    /// Forgets all versions below, except the last committed one.
    package mutating func prune(below version: UInt64) {
        guard let newest else { return }
        let bound = min(version, newest)
        while oldest < bound {
            history[oldest] = nil
            oldest += 1
        }
    }

    /// The value (nil when absent) with the two proof operations that a node answers, against the
    /// app hash of that version: the one in the header of the height after it. Nil when the version
    /// is not kept or there is no such store.
    package func prove(
        _ store: String, _ key: [UInt8], version: UInt64
    ) -> (value: [UInt8]?, operations: [ProofOperation])? {
        guard let snapshot = history[version], let tree = snapshot.trees[store] else { return nil }
        let operations = [
            ProofOperation(type: "ics23:iavl", key: key, data: tree.proof(of: key)),
            ProofOperation(
                type: "ics23:simple", key: Array(store.utf8),
                data: snapshot.storeProof(of: store, among: storeNames)),
        ]
        return (tree.get(key), operations)
    }
}

/// One entry of a node's `proofOps`.
package struct ProofOperation: Hashable, Sendable {
    package var type: String
    package var key: [UInt8]
    /// Bytes of an ICS-23 `CommitmentProof`.
    package var data: [UInt8]
}

extension Multistore {
    /// The root of one store at a kept version.
    package func storeRoot(_ store: String, version: UInt64) -> Digest? {
        history[version]?.trees[store]?.rootHash
    }
}
