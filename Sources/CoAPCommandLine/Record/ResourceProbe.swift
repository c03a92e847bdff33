// SPDX-License-Identifier: Apache-2.0

import CoAP

/// Asks resources once, to see which of them give numbers.
struct ResourceProbe: Sendable {
    let session: ClientSession

    /// What a resource answered, and why it is not recorded, if so.
    struct Finding: Sendable {
        var response: Response?
        var refusal: String?
    }

    /// Asks all, in their order.
    ///
    /// - Throws: `CoAPError` when the task is cancelled.
    func findings(_ candidates: [RecordingChoice.Candidate]) async throws(CoAPError) -> [Finding] {
        let findings = await withTaskGroup(of: (Int, Finding).self) { group in
            for (number, candidate) in candidates.enumerated() {
                group.addTask { (number, await finding(candidate)) }
            }
            var findings = [Finding](repeating: Finding(), count: candidates.count)
            for await (number, finding) in group { findings[number] = finding }
            return findings
        }
        guard !Task.isCancelled else { throw CoAPError(.cancelled, "interrupted") }
        return findings
    }

    /// True for what is a number and not a text that begins with one: at most a unit stands behind it.
    private static func isBare(_ response: Response) -> Bool {
        guard response.contentFormat?.isText ?? true else { return true }
        return response.payload.count <= 64 && response.text.split(whereSeparator: \.isWhitespace).count <= 2
    }

    private func finding(_ candidate: RecordingChoice.Candidate) async -> Finding {
        do {
            let response = try await session.request(candidate.request)
            let text = response.code.isSuccess ? "" : PrintableText.escaped(response.payload.prefix(200))
            switch response.code.class {
            case 2
            where Measurement(response.payload, response.contentFormat) != nil
                && (candidate.isWanted || Self.isBare(response)):
                return Finding(response: response)
            case 2 where candidate.isWanted && candidate.link != nil && response.payload.isEmpty:
                return Finding(response: response)
            case 2: return Finding(refusal: "it gives no number")
            // What is unavailable for a while may come.
            case 5 where candidate.isWanted: return Finding()
            default: return Finding(refusal: "\(response.code)" + (text.isEmpty ? "" : ": \(text)"))
            }
        } catch {
            return candidate.isWanted ? Finding() : Finding(refusal: error.message)
        }
    }
}
