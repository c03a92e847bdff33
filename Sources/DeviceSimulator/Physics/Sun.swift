// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Where the sun stands, to some hundredths of a degree between 1950 and 2050 (the Astronomical Almanac's low-precision formulas).
enum Sun {
    /// The sine of its height above the horizon, without refraction.
    ///
    /// - Parameters:
    ///   - time: seconds since 1970.
    ///   - latitude: degrees north.
    ///   - longitude: degrees east.
    static func sineOfElevation(at time: Double, latitude: Double, longitude: Double) -> Double {
        // Days since noon of 2000-01-01.
        let days = time / 86_400 - 10_957.5
        let meanLongitude = 280.460 + 0.985_647_4 * days
        let anomaly = radians(357.528 + 0.985_600_3 * days)
        let ecliptic = radians(meanLongitude + 1.915 * sin(anomaly) + 0.020 * sin(2 * anomaly))
        let obliquity = radians(23.439 - 4e-7 * days)
        let declinationSine = sin(obliquity) * sin(ecliptic)
        let rightAscension = atan2(cos(obliquity) * sin(ecliptic), cos(ecliptic))
        let siderealAngle = radians(280.460_62 + 360.985_647_37 * days + longitude)
        let declinationCosine = (1 - declinationSine * declinationSine).squareRoot()
        return sin(radians(latitude)) * declinationSine
            + cos(radians(latitude)) * declinationCosine * cos(siderealAngle - rightAscension)
    }

    private static func radians(_ degrees: Double) -> Double { remainder(degrees, 360) * .pi / 180 }
}
