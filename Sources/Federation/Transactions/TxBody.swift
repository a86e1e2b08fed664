// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// What a transaction does (cosmos.tx.v1beta1.TxBody).
public struct TxBody: Hashable, Sendable {
    /// Done in order, all or none.
    public var messages: [ProtobufAny]
    public var memo: WireText
    /// The chain refuses the transaction above this height; 0: never.
    public var timeoutHeight: UInt64
    public var isUnordered: Bool
    /// Seconds and nanoseconds, for unordered transactions only.
    public var timeoutTimestamp: TxTimestamp?
    public var extensionOptions: [ProtobufAny]
    public var nonCriticalExtensionOptions: [ProtobufAny]

    public init(
        messages: [ProtobufAny], memo: WireText, timeoutHeight: UInt64, isUnordered: Bool,
        timeoutTimestamp: TxTimestamp?, extensionOptions: [ProtobufAny],
        nonCriticalExtensionOptions: [ProtobufAny]
    ) {
        self.messages = messages
        self.memo = memo
        self.timeoutHeight = timeoutHeight
        self.isUnordered = isUnordered
        self.timeoutTimestamp = timeoutTimestamp
        self.extensionOptions = extensionOptions
        self.nonCriticalExtensionOptions = nonCriticalExtensionOptions
    }

    /// An ordered transaction without memo.
    public init(messages: [ProtobufAny], timeoutHeight: UInt64 = 0) {
        self.init()
        self.messages = messages
        self.timeoutHeight = timeoutHeight
    }
}

extension TxBody: ProtobufMessage {
    public init() {
        self.init(
            messages: [], memo: "", timeoutHeight: 0, isUnordered: false, timeoutTimestamp: nil,
            extensionOptions: [], nonCriticalExtensionOptions: [])
    }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: try reader.append(field, to: &messages, limit: TxLimits.maxMessages)
        case 2: memo = try reader.text(field)
        case 3: timeoutHeight = try reader.uint64(field)
        case 4: isUnordered = try reader.bool(field)
        case 5: try reader.merge(field, into: &timeoutTimestamp)
        case 1023: try reader.append(field, to: &extensionOptions, limit: TxLimits.maxExtensions)
        case 2047:
            try reader.append(
                field, to: &nonCriticalExtensionOptions, limit: TxLimits.maxExtensions)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.messages(1, messages)
        writer.text(2, memo)
        writer.uint64(3, timeoutHeight)
        writer.bool(4, isUnordered)
        writer.message(5, timeoutTimestamp)
        writer.messages(1023, extensionOptions)
        writer.messages(2047, nonCriticalExtensionOptions)
    }
}
