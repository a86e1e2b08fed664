// SPDX-License-Identifier: Apache-2.0

/// Bounds of one transaction's lists. Chains bound transactions by their bytes (1 MiB by default);
/// these bound what their decoding may allocate.
public enum TxLimits {
    /// Messages: a batch of 256 packets with room for client updates, eight times over.
    public static let maxMessages = 2048
    /// Signers; the SDK's own default for verified signatures is 7.
    public static let maxSigners = 64
    /// Coins of one fee.
    public static let maxCoins = 64
    public static let maxExtensions = 64
    /// Bytes of a memo: the SDK's default.
    public static let maxMemoBytes = 256
}
