// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import LightClient

/// A chained ICS-23 proof (IAVL store, then multistore) against the bare hashes that it consists
/// of.
func proofBench() {
    var stores = Multistore(storeNames: ["acc", "bank", "ibc", "licence", "providentfund"])
    let key = { (number: Int) in Array("07-tendermint-0".utf8) + [1] + bigEndian(number) }
    for number in 0..<20_000 {
        stores.set("ibc", key(number), SHA256.hash(bigEndian(number)).bytes)
    }
    let committed = stores.commit()
    var proofs: [Item] = []
    for number in stride(from: 0, to: 20_000, by: 211) {
        guard
            let answer = stores.prove("ibc", key(number), version: committed.version)
        else { continue }
        var writer = ProtobufWriter()
        for operation in answer.operations { writer.alwaysBytes(1, operation.data) }
        proofs.append((writer.bytes, [Array("ibc".utf8), key(number)], answer.value ?? []))
    }
    // Everything but the work itself is made before the clock runs.
    let trusted = header(committed.appHash.bytes)
    let shapes = proofs.compactMap { BareProof($0.proof, value: $0.value) }
    guard shapes.count == proofs.count, let first = shapes.first else { return }
    var ours: [Double] = []
    var batched: [Double] = []
    var bare: [Double] = []
    for _ in 0..<15 {
        ours.append(
            nanosecondsEach(proofs.count) { index in
                var cache = ProofCache()
                verify(proofs[index], trusted, &cache)
            })
        var anchor = ProofCache()
        batched.append(
            nanosecondsEach(proofs.count) { index in verify(proofs[index], trusted, &anchor) })
        bare.append(nanosecondsEach(shapes.count) { index in shapes[index].hash() })
    }
    let (single, batch, floor) = (median(ours), median(batched), median(bare))
    print(
        "ICS-23 chained membership, \(first.levels) levels, decoding included: "
            + "\(hundredths(single / 1000)) µs, in a batch \(hundredths(batch / 1000)) µs; its "
            + "bare hashes \(hundredths(floor / 1000)) µs; ratio "
            + "\(hundredths(single / floor)), in a batch "
            + "\(hundredths(batch / floor)) (goal 1.5)")
}

private typealias Item = (proof: [UInt8], path: [[UInt8]], value: [UInt8])

private func bigEndian(_ number: Int) -> [UInt8] { PacketKey.bigEndian(UInt64(number)) }

private func header(_ root: [UInt8]) -> TrustedHeader {
    let time = Timestamp(unixNanoseconds: 1_700_000_000_000_000_000)
    var state = ProtobufWriter()
    state.message(1, time)
    var merkleRoot = ProtobufWriter()
    merkleRoot.bytes(1, root)
    state.alwaysBytes(2, merkleRoot.bytes)
    state.bytes(3, SHA256.empty.bytes)
    return TrustedHeader(
        height: Height(revision: 1, height: 2), timestamp: time, headerHash: nil,
        consensusState: state.bytes)
}

private func verify(_ item: Item, _ trusted: TrustedHeader, _ cache: inout ProofCache) {
    let isProven =
        (try? Families.verifyMembership(
            family: .cometBFT, proof: item.proof, path: item.path, value: item.value, at: trusted,
            cache: &cache)) != nil
    precondition(isProven)
}

/// What one proof hashes and nothing else: value, leaf and inner nodes of the IAVL tree, then of
/// the multistore. The inputs have the right lengths and are made once; their content costs
/// nothing.
private struct BareProof {
    private let inputs: [[UInt8]]
    let levels: Int

    init?(_ proof: [UInt8], value: [UInt8]) {
        guard let steps = try? MerkleProof(reading: proof).proofs, steps.count == 2 else {
            return nil
        }
        var inputs: [[UInt8]] = []
        var levels = 0
        for (step, leaf) in zip(steps, [64, 38]) {
            guard case .existence(let existence) = step.content else { return nil }
            inputs.append(value)
            inputs.append([UInt8](repeating: 0, count: leaf))
            for inner in existence.path {
                let count = inner.prefix.count + Digest.byteCount + inner.suffix.count
                inputs.append([UInt8](repeating: 1, count: count))
            }
            levels += existence.path.count
        }
        self.inputs = inputs
        self.levels = levels
    }

    func hash() {
        var last = Digest.zero
        for input in inputs { last = SHA256.hash(input) }
        precondition(last != .zero)
    }
}
