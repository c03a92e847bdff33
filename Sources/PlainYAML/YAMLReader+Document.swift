// SPDX-License-Identifier: Apache-2.0

package import CoAPCore
package import Yams

// From bytes to the document's root.
extension YAMLReader {
    /// The root of a file's only document; nil when there is nothing in it.
    ///
    /// - Parameter bytes: the file; more than 1 MiB is refused.
    package func root(of bytes: [UInt8]) throws(CoAPError) -> Node? {
        guard bytes.count <= Self.maximumSize else {
            throw problem(1, nil, "the file is larger than 1 MiB; check that it is the right one")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw problem(1, nil, "the file is no text in UTF-8; save it as such")
        }
        if let refused = YAMLScan.refusal(of: bytes, in: dialect) { throw problem(refused.line, nil, refused.reason) }
        do {
            return try Yams.compose(yaml: text, .basic, .default, .utf8)
        } catch {
            throw broken(error)
        }
    }

    /// What the parser says, in one line.
    private func broken(_ error: any Error) -> CoAPError {
        let remedy = "put texts with special characters into quotes, and indent with spaces"
        switch error as? YamlError {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _):
            // What is not closed is looked for where it was opened.
            let line = problem.contains("end of stream") ? context?.mark.line ?? mark.line : mark.line
            return self.problem(line, nil, "this is no YAML: \(problem); \(remedy)")
        case .composer(_, let problem, let mark, _):
            return self.problem(mark.line, nil, "\(problem); a \(dialect.noun) is one document")
        case .duplicatedKeysInMapping(let keys, let context):
            let names = keys.sorted().map { "'\(PrintableText.escaped($0.utf8))'" }.joined(separator: ", ")
            return self.problem(context.mark.line, nil, "\(names) stands more than once; join them, or rename one")
        case .reader(let problem, _, _, _):
            return self.problem(1, nil, "this is no YAML: \(problem)")
        default: return self.problem(1, nil, "this is no YAML; \(remedy)")
        }
    }
}
