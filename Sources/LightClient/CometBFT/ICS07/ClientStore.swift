// SPDX-License-Identifier: Apache-2.0

/// What a hosting chain keeps for one client: keys relative to `clients/<id>/`, ordered bytewise.
/// The chain may back it with any tree; every set and removal is part of its state root.
///
/// Reads are mutating so that a host may meter them.
public protocol ClientStore {
    mutating func value(of key: [UInt8]) -> [UInt8]?
    mutating func set(_ key: [UInt8], to value: [UInt8])
    mutating func remove(_ key: [UInt8])
    /// The lowest entry with `lower` <= key < `upper`.
    mutating func first(
        from lower: [UInt8], below upper: [UInt8]
    ) -> (key: [UInt8], value: [UInt8])?
    /// The highest entry with `lower` <= key < `upper`.
    mutating func last(
        from lower: [UInt8], below upper: [UInt8]
    ) -> (key: [UInt8], value: [UInt8])?
}

/// Keys and values of ICS-07 in a client's store. Spec: §2.5.
enum ICS07Keys {
    static let clientState = Array("clientState".utf8)
    static let iterationPrefix = Array("iterateConsensusStates".utf8)
    /// Right behind every iteration key.
    static let iterationEnd = Array("iterateConsensusStatet".utf8)

    static func consensusState(_ height: Height) -> [UInt8] {
        Array("consensusStates/\(height)".utf8)
    }

    static func processedTime(_ height: Height) -> [UInt8] {
        consensusState(height) + Array("/processedTime".utf8)
    }

    static func processedHeight(_ height: Height) -> [UInt8] {
        consensusState(height) + Array("/processedHeight".utf8)
    }

    /// Big-endian, so that keys sort by height.
    static func iteration(_ height: Height) -> [UInt8] {
        iterationPrefix + bigEndian(height.revision) + bigEndian(height.height)
    }

    /// The height in an iteration key; nil for any other text.
    static func height(ofIteration key: [UInt8]) -> Height? {
        guard key.count == iterationPrefix.count + 16, key.starts(with: iterationPrefix) else {
            return nil
        }
        let numbers = key.dropFirst(iterationPrefix.count)
        return Height(
            revision: number(numbers.prefix(8)), height: number(numbers.suffix(8)))
    }

    static func bigEndian(_ number: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: number >> UInt64(56 - 8 * $0)) }
    }

    static func number(_ bytes: some Sequence<UInt8>) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }
}

extension ClientStore {
    /// The stored client, nil when there is none.
    mutating func clientState() throws(ClientError) -> ICS07.ClientState? {
        guard let bytes = value(of: ICS07Keys.clientState) else { return nil }
        return try stored(bytes, ICS07.clientStateURL)
    }

    mutating func consensusState(
        at height: Height
    ) throws(ClientError) -> ICS07.ConsensusState? {
        guard let bytes = value(of: ICS07Keys.consensusState(height)) else { return nil }
        return try stored(bytes, ICS07.consensusStateURL)
    }

    mutating func set(_ state: ICS07.ClientState) {
        let packed = ProtobufAny(typeURL: ICS07.clientStateURL, value: state.encoded)
        set(ICS07Keys.clientState, to: packed.encoded)
    }

    /// Stores a state with what delay periods and pruning need to know of it.
    mutating func set(
        _ state: ICS07.ConsensusState, at height: Height, processed: ICS07.Processed
    ) {
        let packed = ProtobufAny(typeURL: ICS07.consensusStateURL, value: state.encoded)
        set(ICS07Keys.consensusState(height), to: packed.encoded)
        set(ICS07Keys.processedTime(height), to: ICS07Keys.bigEndian(processed.nanoseconds))
        set(ICS07Keys.processedHeight(height), to: Array(processed.height.utf8))
        set(ICS07Keys.iteration(height), to: ICS07Keys.consensusState(height))
    }

    mutating func removeConsensusState(at height: Height) {
        remove(ICS07Keys.consensusState(height))
        remove(ICS07Keys.processedTime(height))
        remove(ICS07Keys.processedHeight(height))
        remove(ICS07Keys.iteration(height))
    }

    mutating func earliestHeight() -> Height? {
        first(from: ICS07Keys.iterationPrefix, below: ICS07Keys.iterationEnd)
            .flatMap { ICS07Keys.height(ofIteration: $0.key) }
    }

    /// The stored height next below; neighbours are found across revisions.
    mutating func height(below height: Height) -> Height? {
        last(from: ICS07Keys.iterationPrefix, below: ICS07Keys.iteration(height))
            .flatMap { ICS07Keys.height(ofIteration: $0.key) }
    }

    /// The stored height next above.
    mutating func height(above height: Height) -> Height? {
        first(from: ICS07Keys.iteration(height) + [0], below: ICS07Keys.iterationEnd)
            .flatMap { ICS07Keys.height(ofIteration: $0.key) }
    }

    mutating func processed(at height: Height) throws(ClientError) -> ICS07.Processed {
        guard let time = value(of: ICS07Keys.processedTime(height)),
            let text = value(of: ICS07Keys.processedHeight(height))
        else { throw .noTrustedState(height) }
        return ICS07.Processed(
            nanoseconds: ICS07Keys.number(time), height: String(decoding: text, as: UTF8.self))
    }

    private func stored<Message: ProtobufMessage>(
        _ bytes: [UInt8], _ url: WireText
    ) throws(ClientError) -> Message {
        let packed = try wire { () throws(WireError) in try ProtobufAny(reading: bytes) }
        guard packed.typeURL == url else { throw .invalidState(packed.typeURL.text) }
        return try wire { () throws(WireError) in try Message(reading: packed.value) }
    }
}

extension ICS07 {
    /// When and where the hosting chain stored a state.
    struct Processed: Hashable, Sendable {
        /// Unix time of the block.
        let nanoseconds: UInt64
        /// "revision-height" of the block.
        let height: String

        init(nanoseconds: UInt64, height: String) {
            self.nanoseconds = nanoseconds
            self.height = height
        }

        init(_ context: HostContext) {
            nanoseconds = UInt64(bitPattern: context.now.unixNanoseconds)
            height = context.height.description
        }

        /// Nil when the text is no height.
        var blockHeight: Height? {
            let parts = height.split(separator: "-", omittingEmptySubsequences: false)
            guard parts.count == 2, let revision = UInt64(parts[0]), let number = UInt64(parts[1])
            else { return nil }
            return Height(revision: revision, height: number)
        }
    }
}
