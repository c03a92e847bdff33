// SPDX-License-Identifier: Apache-2.0

package import CoAPCore

/// What a kind of file in YAML is called in errors, and the examples that help its writers.
package struct YAMLDialect: Sendable {
    /// What the file is, `policy`.
    package var noun: String
    /// The code of errors about it.
    package var code: CoAPError.Code
    /// How many brackets may stand in each other.
    package var maximumDepth = 8
    /// How many are needed, as a person says it.
    package var usualDepth = "two or three"
    /// A list with a text in quotes that has a brace in it.
    package var braceExample = "[\"devices/{identity}/**\"]"
    /// What takes the place of an anchor.
    package var anchorRemedy = "write it out, or use a group"
    /// A text in quotes that begins with a star.
    package var starExample = "\"**\""
    /// A text in quotes that begins with a character which YAML keeps for itself.
    package var reservedExample = "\"%2Fa\""
    /// Why a mapping stands where a text should, perhaps.
    package var mappingHint = ""

    /// A dialect.
    ///
    /// - Parameters:
    ///   - noun: what the file is.
    ///   - code: the code of errors about it.
    package init(_ noun: String, code: CoAPError.Code) {
        self.noun = noun
        self.code = code
    }
}
