// SPDX-License-Identifier: Apache-2.0

extension MemberID {
    /// The origin line of the member's access log, and the name of the key under it.
    public var accessLogOrigin: String { "cityrelay/access/\(division)/\(institution)" }
}
