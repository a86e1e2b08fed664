// SPDX-License-Identifier: Apache-2.0

/// A YAML value and where it stands.
package struct YAMLNode: Hashable, Sendable {
    package indirect enum Content: Hashable, Sendable {
        case scalar(YAMLScalar)
        case sequence([YAMLNode])
        case mapping([YAMLEntry])
    }

    package let mark: Mark
    package let content: Content
}

/// Text, and whether it stood there without quotes: only then can YAML readers take it for a
/// number.
package struct YAMLScalar: Hashable, Sendable {
    package let text: String
    package let isPlain: Bool
    package let mark: Mark

    package init(text: String, isPlain: Bool, mark: Mark) {
        self.text = text
        self.isPlain = isPlain
        self.mark = mark
    }
}

package struct YAMLEntry: Hashable, Sendable {
    package let key: YAMLScalar
    package let value: YAMLNode
}
