/** Of this package; all packages of Snowmelt are released together. A test keeps it equal to package.json. */
export const snowmeltVersion = "0.1.0";
