// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// A transaction read as strictly as the Cosmos SDK reads it: canonical outer fields, no unknown
/// fields (but non-critical ones in the body), registered types, amounts that are numbers.
/// Signatures, accounts and the messages' own rules come later.
public struct DecodedTransaction: Hashable, Sendable {
    public let raw: TxRaw
    public let body: TxBody
    public let authInfo: AuthInfo
    /// The transaction's bytes.
    public let bytes: [UInt8]

    public init(_ bytes: [UInt8]) throws(TransactionFault) {
        try StrictCheck.checkOrder(bytes)
        try StrictCheck(bytes).check("TxRaw")
        raw = try DecodedTransaction.read(bytes)
        try StrictCheck(raw.bodyBytes, takesNonCriticalFields: true).check("TxBody")
        body = try DecodedTransaction.read(raw.bodyBytes)
        try StrictCheck(raw.authInfoBytes).check("AuthInfo")
        authInfo = try DecodedTransaction.read(raw.authInfoBytes)
        self.bytes = bytes
    }

    /// How nodes name the transaction.
    public var hash: Digest { SHA256.hash(bytes) }

    private static func read<Message: ProtobufMessage>(
        _ bytes: [UInt8]
    ) throws(TransactionFault) -> Message {
        do throws(WireError) {
            return try Message(reading: bytes)
        } catch { throw .wire(error) }
    }
}
