// SPDX-License-Identifier: Apache-2.0

extension ICS07 {
    /// Two headers that are said to contradict each other.
    public struct Misbehaviour: Hashable, Sendable {
        /// Deprecated, but still judged as an identifier; text, kept byte for byte.
        public var clientID: [UInt8]
        public var header1: Header?
        public var header2: Header?

        public init(clientID: String, header1: Header, header2: Header) {
            self.clientID = Array(clientID.utf8)
            self.header1 = header1
            self.header2 = header2
        }

        /// Misbehaviour whose two headers keep every rule which needs no trust; the first is not
        /// below the second.
        public struct Checked: Hashable, Sendable {
            public let first: Header.Checked
            public let second: Header.Checked

            /// Two hashes for one height, or a higher header that is not later. Without a
            /// contradiction the message proves nothing.
            public var isContradiction: Bool {
                if first.height == second.height { return first.signed.hash != second.signed.hash }
                return first.header.time <= second.header.time
            }

            /// Throws unless each commit carries two thirds of its own set.
            func verifyOwnCommits(
                signatures: inout SignatureVerifier
            ) throws(ClientError) {
                for header in [first, second] {
                    try verification { () throws(VerificationError) in
                        try header.signed.commit.verifyLight(
                            chainID: header.header.chainID, blockID: header.signed.commit.blockID,
                            height: header.header.height, validators: header.validators,
                            signatures: &signatures)
                    }
                }
            }
        }

        /// Misbehaviour.ValidateBasic. Costs signatures: each commit must carry two thirds of its
        /// own set.
        public func checked(
            signatures: inout SignatureVerifier
        ) throws(ClientError) -> Checked {
            let claimed = try claimed()
            try claimed.verifyOwnCommits(signatures: &signatures)
            return claimed
        }

        /// The same without signatures.
        func claimed() throws(ClientError) -> Checked {
            guard let header1 else { throw .misbehaviour(.missing("header_1")) }
            guard let header2 else { throw .misbehaviour(.missing("header_2")) }
            for header in [header1, header2] {
                guard header.trustedHeight.height != 0 else {
                    throw .misbehaviour(.zeroTrustedHeight)
                }
                guard header.trustedValidators != nil else {
                    throw .misbehaviour(.missing("trusted_validators"))
                }
            }
            guard ClientID.isIdentifier(clientID) else { throw .misbehaviour(.clientID(clientID)) }
            let first = try header1.checked()
            let second = try header2.checked()
            guard first.header.chainID == second.header.chainID else {
                throw .misbehaviour(.differentChains)
            }
            guard first.height >= second.height else {
                throw .misbehaviour(.order(first: first.height, second: second.height))
            }
            return Checked(first: first, second: second)
        }
    }
}

/// Runs a verification and wraps its error once.
func verification<Result>(
    _ body: () throws(VerificationError) -> Result
) throws(ClientError) -> Result {
    do throws(VerificationError) { return try body() } catch { throw .verification(error) }
}

extension ICS07.Misbehaviour: ProtobufMessage {
    public init() {
        clientID = []
        header1 = nil
        header2 = nil
    }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: clientID = try reader.bytes(field)
        case 2: try reader.merge(field, into: &header1)
        case 3: try reader.merge(field, into: &header2)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.bytes(1, clientID)
        writer.message(2, header1)
        writer.message(3, header2)
    }
}
