// SPDX-License-Identifier: Apache-2.0

/// What a question is about (peer.proto `Subject`).
public enum ProofSubject: Int32, Hashable, Sendable {
    case unspecified = 0
    case commitment = 1
    case receipt = 2
    case acknowledgement = 3
}
