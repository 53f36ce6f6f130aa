"""The directory and the configuration in Azure Table Storage."""
