// SPDX-License-Identifier: Apache-2.0

/// What evidence asks of a family: see `ChainFamily`.
extension Families {
    /// The trusted header of an anchor from its bare header, by its hash alone.
    public static func anchor(
        bareHeader: [UInt8], family id: FamilyID, parameters: ClientParameters, hash: Digest
    ) throws(ClientError) -> TrustedHeader {
        try family(id).anchor(bareHeader: bareHeader, parameters: parameters, hash: hash)
    }

    /// The bare header in a client update.
    public static func bareHeader(
        of message: [UInt8], family id: FamilyID
    ) throws(ClientError) -> [UInt8] {
        try family(id).bareHeader(of: message)
    }

    public static func isCanonical(message: [UInt8], family id: FamilyID) -> Bool {
        family(id).isCanonical(message: message)
    }

    public static func isCanonical(proof: [UInt8], family id: FamilyID) -> Bool {
        family(id).isCanonical(proof: proof)
    }
}
