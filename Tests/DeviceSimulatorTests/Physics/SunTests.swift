// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

@testable import DeviceSimulator

@Suite("The sun")
struct SunTests {
    /// Its height in degrees.
    private static func height(_ time: Double, _ latitude: Double, _ longitude: Double) -> Double {
        asin(Sun.sineOfElevation(at: time, latitude: latitude, longitude: longitude)) * 180 / .pi
    }

    /// The highest and the lowest of a day in UTC, with the moment of the highest.
    private static func day(_ midnight: Double, _ latitude: Double, _ longitude: Double) -> (
        highest: Double, lowest: Double, noon: Double
    ) {
        let heights = (0..<1_440).map { height(midnight + Double($0) * 60, latitude, longitude) }
        let highest = heights.max() ?? 0
        return (highest, heights.min() ?? 0, midnight + Double(heights.firstIndex(of: highest) ?? 0) * 60)
    }

    private static let marchEquinox = 1_773_964_800.0  // 2026-03-20
    private static let juneSolstice = 1_782_000_000.0  // 2026-06-21
    private static let decemberSolstice = 1_797_811_200.0 + 86_400  // 2026-12-22

    @Test("Straight above the equator at an equinox")
    func equinox() {
        #expect(Self.day(Self.marchEquinox, 0, 0).highest > 89.5)
        #expect(abs(Self.day(Self.marchEquinox, 48.14, 11.58).highest - 41.9) < 0.3)
    }

    @Test("Munich at the solstices")
    func solstices() {
        #expect(abs(Self.day(Self.juneSolstice, 48.14, 11.58).highest - 65.3) < 0.05)
        #expect(abs(Self.day(Self.decemberSolstice, 48.14, 11.58).highest - 18.42) < 0.05)
    }

    @Test("Noon by the equation of time", arguments: [(1_770_768_000.0, 14.2), (1_793_664_000.0 - 86_400, -16.4)])
    func equationOfTime(midnight: Double, minutes: Double) {
        // On 11 February the sun is 14 minutes late, in the first days of November 16 minutes early.
        let noon = (Self.day(midnight, 30, 0).noon - midnight) / 60 - 720
        #expect(abs(noon - minutes) < 1.2)
        // And four minutes earlier for each degree to the east.
        #expect(abs((Self.day(midnight, 30, 15).noon - midnight) / 60 - 720 - minutes + 60) < 1.7)
    }

    @Test("Polar night and midnight sun")
    func polar() {
        #expect(Self.day(Self.decemberSolstice, 75, 20).highest < 0)
        #expect(Self.day(Self.juneSolstice, 75, 20).lowest > 0)
        #expect(abs(Self.day(Self.juneSolstice, 90, 0).lowest - 23.44) < 0.02)
        let night = DiurnalSignal(latitude: 75, longitude: 20, low: -30, high: 10)
        let values = Signal.diurnal(night).values(step: 600, count: 144, start: Self.decemberSolstice)
        #expect(values.allSatisfy { $0 == -30 })
    }

    @Test("Sunrise and sunset in Munich to two minutes")
    func rise() {
        // 2026-06-21: 03:13 and 19:17 UTC with the refraction and the disc's edge, at -0.833 degrees.
        let heights = (0..<1_440).map { Self.height(Self.juneSolstice + Double($0) * 60, 48.14, 11.58) }
        let up = heights.indices.filter { heights[$0] > -0.833 }
        #expect(abs((up.first ?? 0) - (3 * 60 + 13)) <= 2)
        #expect(abs((up.last ?? 0) - (19 * 60 + 17)) <= 2)
    }

    @Test("What follows the sun lags behind it by the lag, and is the same between looks of any distance")
    func lag() {
        var signal = DiurnalSignal(latitude: 48, longitude: 11, low: -5, high: 25)
        let light = Signal.diurnal(signal).values(step: 60, count: 2_880, start: Self.juneSolstice)
        signal.lag = 7_200
        let warmth = Signal.diurnal(signal).values(step: 60, count: 2_880, start: Self.juneSolstice)
        #expect(zip(warmth.dropFirst(120), light).allSatisfy { abs($0 - $1) < 1e-9 })
        #expect(light.min() == -5 && (light.max() ?? 0) > 21)
        let fine = Signal.diurnal(signal).values(step: 1, count: 86_400, start: Self.juneSolstice)
        let coarse = Signal.diurnal(signal).values(step: 900, count: 96, start: Self.juneSolstice)
        #expect(coarse == (0..<96).map { fine[$0 * 900] })
        for second in stride(from: 0, to: 86_400, by: 37) {
            let height = Sun.sineOfElevation(
                at: Self.juneSolstice + Double(second) - 7_200, latitude: 48, longitude: 11)
            #expect(abs(fine[second] - (-5 + 30 * max(0, height))) < 0.04)
        }
    }
}
