// SPDX-License-Identifier: Apache-2.0

/// What is wrong with a packet, an acknowledgement or a message by itself, before any state is
/// asked.
public enum PacketFault: Error, Hashable, Sendable {
    case payloadCount(Int)
    case sourcePort(IdentifierFault)
    case destinationPort(IdentifierFault)
    case blankVersion
    case blankEncoding
    case emptyValue
    case valueTooLarge(got: Int, limit: Int)
    case sourceClient(IdentifierFault)
    case destinationClient(IdentifierFault)
    case zeroSequence
    case zeroTimeout
    case acknowledgementCount(Int)
    case emptyAcknowledgement
    case emptyProof
    case signer(Bech32Fault)
    /// A client id of a message that is no packet.
    case client(IdentifierFault)
    case emptyPrefix
    /// Only the last element of a prefix may be empty.
    case emptyPrefixElement(Int)
    case relayer(Bech32Fault)
    case tooManyRelayers(got: Int, limit: Int)

    /// Stable name of the case, for logs, metrics and answers.
    public var code: String {
        switch self {
        case .payloadCount: "packet/payload-count"
        case .sourcePort, .destinationPort: "packet/port"
        case .blankVersion: "packet/version"
        case .blankEncoding: "packet/encoding"
        case .emptyValue: "packet/empty-value"
        case .valueTooLarge: "packet/value-too-large"
        case .sourceClient, .destinationClient, .client: "packet/client-id"
        case .zeroSequence: "packet/sequence-zero"
        case .zeroTimeout: "packet/timeout-zero"
        case .acknowledgementCount, .emptyAcknowledgement: "packet/acknowledgement"
        case .emptyProof: "packet/empty-proof"
        case .signer: "packet/signer"
        case .emptyPrefix, .emptyPrefixElement: "packet/prefix"
        case .relayer, .tooManyRelayers: "packet/relayers"
        }
    }

    /// The same as a chain of ibc-go answers it.
    public var chainCode: ChainCode {
        switch self {
        case .payloadCount, .blankVersion, .blankEncoding, .emptyValue: .channel(3)
        case .valueTooLarge, .zeroSequence: .channel(2)
        case .sourcePort, .destinationPort, .sourceClient, .destinationClient, .client: .host(2)
        case .zeroTimeout: .channel(8)
        case .acknowledgementCount, .emptyAcknowledgement: .channel(5)
        case .emptyProof: .commitment(2)
        case .signer, .relayer: .ibc(5)
        case .emptyPrefix, .emptyPrefixElement: .clientV2(34)
        case .tooManyRelayers: .ibc(8)
        }
    }
}

/// How a Cosmos chain names an error: a module's codespace and a number in it.
public struct ChainCode: Hashable, Sendable {
    public let codespace: String
    public let code: UInt32

    public init(_ codespace: String, _ code: UInt32) {
        self.codespace = codespace
        self.code = code
    }

    public static func channel(_ code: UInt32) -> ChainCode { ChainCode("channelv2", code) }
    public static func client(_ code: UInt32) -> ChainCode { ChainCode("client", code) }
    public static func clientV2(_ code: UInt32) -> ChainCode { ChainCode("clientv2", code) }
    public static func commitment(_ code: UInt32) -> ChainCode { ChainCode("commitment", code) }
    public static func host(_ code: UInt32) -> ChainCode { ChainCode("host", code) }
    public static func ibc(_ code: UInt32) -> ChainCode { ChainCode("ibc", code) }
    public static func sdk(_ code: UInt32) -> ChainCode { ChainCode("sdk", code) }

    /// What the SDK answers when a handler panics, for example over a port that nobody is bound to.
    public static let panicked = ChainCode("undefined", 111_222)
}

extension ChainCode: CustomStringConvertible {
    /// "9 channelv2".
    public var description: String { "\(code) \(codespace)" }
}
