// SPDX-License-Identifier: Apache-2.0

/// The description of the applications' interface: `openapi.json` beside this file.
package enum OpenAPI {
    package static let document = EmbeddedDocument.bytes("openapi.json")
}
