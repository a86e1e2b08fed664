// SPDX-License-Identifier: Apache-2.0

package import LightClient

/// What a chain starts from. The same configuration and block log give the same chain.
package struct ChainConfiguration: Sendable {
    /// One validator whose key this process holds.
    package struct Validator: Sendable {
        /// For faults on demand and messages: "val0".
        package var name: String
        package var key: SigningKey
        /// 0: not in the genesis set, but able to vote once an update brings it in.
        package var power: Int64

        package init(name: String, key: SigningKey, power: Int64) {
            self.name = name
            self.key = key
            self.power = power
        }
    }

    package var chainID: ChainID
    package var genesisTime: Timestamp
    package var initialHeight: UInt64 = 1
    package var parameters = ConsensusParameters()
    package var validators: [Validator]
    /// What else the genesis says: any bytes that differ when the application's genesis state
    /// differs.
    package var applicationGenesis: [UInt8] = []
    /// Blocks, results and states kept; older ones are forgotten, as a pruning node does.
    package var retainedHeights = Multistore.keptVersionsLimit
    /// Bytes of kept blocks, 1 GiB; results take about as much again, states less.
    package var retainedByteCount = 1 << 30
    /// Where the block log lies; nil: nothing survives the process.
    package var directory: String?

    package init(chainID: ChainID, genesisTime: Timestamp, validators: [Validator]) {
        self.chainID = chainID
        self.genesisTime = genesisTime
        self.validators = validators
    }

    /// Validators val0, val1, … with keys by the laboratory's rule; those with power 0 may join
    /// later.
    package static func laboratory(
        chainID: String, code: String, powers: [Int64], genesisTime: Timestamp
    ) throws(KeyError) -> ChainConfiguration {
        var validators: [Validator] = []
        for (index, power) in powers.enumerated() {
            let name = "val\(index)"
            let key = try DeterministicKeys.consensus(role: name, code: code)
            validators.append(Validator(name: name, key: key, power: power))
        }
        return ChainConfiguration(
            chainID: ChainID(chainID), genesisTime: genesisTime, validators: validators)
    }

    var genesisInfo: GenesisInfo {
        GenesisInfo(
            chainID: chainID.description, time: genesisTime, initialHeight: initialHeight,
            parameters: parameters)
    }

    /// Names the genesis in the block log, so that a log is never continued under another one.
    var genesisDigest: Digest {
        var writer = ProtobufWriter()
        writer.alwaysBytes(1, chainID.bytes)
        writer.message(2, genesisTime)
        writer.uint64(3, initialHeight)
        writer.digest(4, parameters.hash)
        writer.uint64(5, parameters.appVersion)
        for validator in validators where validator.power > 0 {
            var inner = ProtobufWriter()
            inner.bytes(1, validator.key.publicKey.bytes)
            inner.int64(2, validator.power)
            writer.alwaysBytes(6, inner.bytes)
        }
        writer.alwaysBytes(7, applicationGenesis)
        return SHA256.hash(writer.bytes)
    }
}

/// Why the chain did not do what it was asked.
package enum ChainError: Error, Hashable, Sendable {
    /// Two thirds of the power do not vote; nothing is made until they do.
    case noQuorum(height: UInt64, present: Int64, needed: Int64)
    /// Every member of the set is absent.
    case noProposer(height: UInt64)
    /// An operator has stopped the chain.
    case halted
    /// The last stored block is not executed yet, or no block waits to be.
    case outOfOrder(height: UInt64)
    case genesis(ValidatorUpdateError)
    case validatorUpdate(height: UInt64, ValidatorUpdateError)
    case unknownValidator(String)
    case noSuchHeight(UInt64)
    case evidence(BlockError)
    case log(BlockLogError)
}
