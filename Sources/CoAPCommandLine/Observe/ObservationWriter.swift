// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation
import SenML

/// Writes the states of an observation as they come: lines, JSON or a chart.
struct ObservationWriter: Sendable {
    /// True for JSON, one object a line.
    let json: Bool
    /// The chart; nil for lines.
    let chart: ChartScreen?

    /// Writes a state.
    ///
    /// - Throws: ``OutputError`` when nobody takes it any more.
    func write(_ state: ObservationState) throws(OutputError) {
        if json { return try Terminal.write(ObservationText.json(state).compact + "\n") }
        if case .value(let notification) = state {
            let response = notification.response
            let text = ObservationText.line(response)
            if let chart {
                return try chart.add(
                    NumericReading.number(in: response.payload, response.contentFormat), text: text)
            }
            return try Terminal.write("\(ObservationText.time(Date())) \(text)\n")
        }
        let note = ObservationText.note(state)
        if let chart {
            guard case .ended = state else { return try chart.note(note) }
            // Nobody could read it on a screen that goes at once.
            chart.leave()
        }
        Terminal.writeError("\(ObservationText.time(Date())) * \(note)\n")
    }
}
