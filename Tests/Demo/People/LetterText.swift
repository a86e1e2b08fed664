// SPDX-License-Identifier: Apache-2.0

import LightClient

extension StrictJSON {
    /// A letter's state in the national words.
    var stateText: String {
        let state = self["state"]
        return [state?["code"], state?["chinese"], state?["english"]].compactMap { $0?.string }
            .joined(separator: " ")
    }
}
