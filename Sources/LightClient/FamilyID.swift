// SPDX-License-Identifier: Apache-2.0

/// A kind of chain that the relay can verify. The raw value stands in topology files, in the
/// journal and on the wire between peers: it never changes.
public enum FamilyID: String, Hashable, Sendable, CaseIterable {
    case cometBFT = "cometbft"
}
