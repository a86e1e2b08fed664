// SPDX-License-Identifier: Apache-2.0

public import LightClient

extension Height {
    /// Reads "revision-height"; nil for anything else. Leading zeros pass, as ibc-go lets them.
    public init?(_ text: some StringProtocol) {
        let parts = text.utf8.split(separator: 0x2d, omittingEmptySubsequences: false)
        guard parts.count == 2, let revision = DecimalText.number(parts[0]),
            let height = DecimalText.number(parts[1])
        else { return nil }
        self.init(revision: revision, height: height)
    }
}
